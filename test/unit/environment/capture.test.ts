import { utimesSync } from "node:fs";
import { arch, platform } from "node:os";
import { describe, expect, test } from "vitest";
import { capture } from "../../../src/environment/capture.ts";
import { folder, virtualEnvironment } from "./installations.ts";

const os = `${platform()}-${arch()}`;

function project(files: Record<string, string> = {}) {
  const made = folder({
    "train.py": "import sklearn, bthing\n",
    ...virtualEnvironment(".venv", "3.11.7", [
      { name: "scikit-learn", version: "1.4.0" },
      { name: "numpy", version: "1.26.4" },
      { name: "beautiful-thing", version: "4.1", top: ["bthing"] },
      { name: "pytest", version: "8.0.0" },
    ]),
    ...files,
  });
  const soon = Date.now() / 1000 + 3600;
  utimesSync(made.path(".venv/pyvenv.cfg"), soon, soon);
  return made;
}

describe("capture", () => {
  test("lists Python, what the code imports and what makes models, in a stable order", async () => {
    const captured = await capture(project().dir, { env: {} });
    expect(captured).toEqual({
      library_versions: { python: "3.11.7", "beautiful-thing": "4.1", numpy: "1.26.4", "scikit-learn": "1.4.0" },
      environment: { os, python_implementation: "CPython" },
      source: "Python 3.11.7 in .venv",
      warnings: [],
    });
    expect(Object.keys(captured?.library_versions ?? {})).toEqual([
      "python",
      "beautiful-thing",
      "numpy",
      "scikit-learn",
    ]);
  });

  test("takes the imports a caller knows instead of reading the code", async () => {
    const captured = await capture(project().dir, { env: {}, imports: ["pytest"] });
    expect(captured?.library_versions).toEqual({
      python: "3.11.7",
      numpy: "1.26.4",
      pytest: "8.0.0",
      "scikit-learn": "1.4.0",
    });
  });

  test("prefers an interpreter to a lock file, unless the lock file is named", async () => {
    const made = project({ "requirements.txt": "scikit-learn==1.3.0\n" });
    expect((await capture(made.dir, { env: {} }))?.source).toBe("Python 3.11.7 in .venv");
    expect(await capture(made.dir, { env: {}, python: "requirements.txt" })).toEqual({
      library_versions: { "scikit-learn": "1.3.0" },
      environment: { os },
      source: "requirements.txt",
      warnings: [],
    });
    await expect(capture(made.dir, { env: {}, python: "gone.lock" })).rejects.toMatchObject({ code: "invalid-file" });
  });

  test("reads the lock file where there is no Python, or one of no use", async () => {
    const files = { "train.py": "import torch\n", "requirements.txt": "torch==2.3.0\n" };
    const none = folder(files);
    expect(await capture(none.dir, { env: {} })).toMatchObject({
      library_versions: { torch: "2.3.0" },
      source: "requirements.txt",
    });
    const conda = folder({
      "base/bin/python3": "",
      "base/conda-meta/python-3.12.0-h0_0.json": "",
      "base/lib/python3.12/site-packages/x": "",
    });
    const env = { CONDA_PREFIX: conda.path("base"), CONDA_DEFAULT_ENV: "base" };
    expect((await capture(none.dir, { env }))?.source).toBe("requirements.txt");
    // Code that cannot be read for imports, as that of a notebook elsewhere.
    const silent = folder({ "requirements.txt": "torch==2.3.0\n" });
    expect((await capture(silent.dir, { env }))?.source).toBe("requirements.txt");
    expect((await capture(folder({ "train.py": "print(1)\n", "requirements.txt": "" }).dir, { env }))?.source).toBe(
      "Python 3.12.0 in conda environment base",
    );
  });

  test("says that it may be the wrong Python where nothing of what the code needs is installed", async () => {
    const made = project({ "train.py": "import torch\n" });
    expect((await capture(made.dir, { env: {} }))?.warnings).toEqual([
      "The code imports torch, not installed in Python 3.11.7 in .venv: is it the right one (--python)?",
    ]);
  });

  test("never fails for a broken lock file that nobody named", async () => {
    const broken = folder({ "uv.lock": "[[package\n" });
    expect(await capture(broken.dir, { env: {} })).toBeNull();
  });

  test("is null where there is neither", async () => {
    expect(await capture(folder({ "train.py": "import numpy\n" }).dir, { env: { PATH: "/nonexistent" } })).toBeNull();
  });
});
