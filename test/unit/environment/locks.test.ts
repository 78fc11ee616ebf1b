import { describe, expect, test } from "vitest";
import { findLock, readLock } from "../../../src/environment/locks.ts";
import { folder } from "./installations.ts";

async function read(name: string, text: string) {
  const { versions, warnings } = await readLock(folder({ [name]: text }).path(name), name);
  return { versions: Object.fromEntries(versions), warnings };
}

describe("readLock", () => {
  test("uv.lock: leaves out the project itself and packages locked once per platform", async () => {
    const text = `version = 1
requires-python = ">=3.11"

[[package]]
name = "churn"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "numpy" }]

[[package]]
name = "numpy"
version = "2.4.6"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://x/y.whl", hash = "sha256:00", size = 1 }]

[[package]]
name = "scipy"
version = "1.15.3"
resolution-markers = ["python_full_version < '3.11'"]

[[package]]
name = "scipy"
version = "1.17.1"
`;
    expect(await read("uv.lock", text)).toEqual({
      versions: { numpy: "2.4.6" },
      warnings: ["uv.lock locks several versions of scipy, one per platform: left out."],
    });
  });

  test("poetry.lock and pylock.toml", async () => {
    const poetry = '[[package]]\nname = "PyYAML"\nversion = "6.0.1"\n\n[metadata]\nlock-version = "2.0"\n';
    expect((await read("poetry.lock", poetry)).versions).toEqual({ pyyaml: "6.0.1" });
    const pylock = 'lock-version = "1.0"\n[[packages]]\nname = "attrs"\nversion = "25.1.0"\n';
    expect((await read("pylock.toml", pylock)).versions).toEqual({ attrs: "25.1.0" });
  });

  test("requirements.txt: exact pins only, whatever pip-compile and uv write around them", async () => {
    const text = `# comment
--index-url https://example.org/simple
-r other.txt
numpy==2.4.6 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r requirements.in
Scikit_Learn [extra]== 1.9.1 ; python_version >= "3.11"  # why
torch===2.1.0+cu121
pandas>=2
scipy==1.*
matplotlib
pkg @ https://example.org/pkg.whl
`;
    expect(await read("requirements.txt", text)).toEqual({
      versions: { numpy: "2.4.6", "scikit-learn": "1.9.1", torch: "2.1.0+cu121" },
      warnings: ["requirements.txt leaves 4 versions open: left out."],
    });
  });

  test("environment.yml: conda's pins, and pip's inside it", async () => {
    const text = `name: churn
channels: [conda-forge]
dependencies:
  - python=3.11.7
  - numpy=1.26.4=py311h64a7726_0
  - conda-forge::pytorch==2.1
  - pandas=2.1
  - scipy>=1.10
  - pip
  - pip:
      - onnx==1.15.0
      - requests
`;
    expect(await read("environment.yml", text)).toEqual({
      versions: { python: "3.11.7", numpy: "1.26.4", torch: "2.1", onnx: "1.15.0" },
      warnings: [
        "environment.yml leaves 1 version open: left out.",
        "environment.yml leaves 3 versions open: left out.",
      ],
    });
  });

  test.each([
    ["uv.lock", "[[package\n", /^uv\.lock:1: /],
    ["poetry.lock", "a = 1\n", /^poetry\.lock: no list of packages$/],
    ["environment.yml", "name: x\n", /^environment\.yml: no dependencies$/],
  ])("says what is wrong with %s", async (name, text, message) => {
    await expect(read(name, text)).rejects.toMatchObject({
      code: "invalid-file",
      message: expect.stringMatching(message),
    });
  });
});

test("findLock believes a resolver before a person", () => {
  expect(findLock(folder({ "requirements.txt": "", "uv.lock": "", "environment.yml": "" }).dir)).toBe("uv.lock");
  expect(findLock(folder({ "environment.yml": "", "requirements.txt": "" }).dir)).toBe("requirements.txt");
  expect(findLock(folder().dir)).toBeNull();
});
