import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, symlinkSync, utimesSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { findPython } from "../../../src/environment/python.ts";
import { readPrefix } from "../../../src/environment/prefix.ts";
import { resolveShim } from "../../../src/environment/pyenv.ts";
import { folder, sitePackages, virtualEnvironment } from "./installations.ts";

const numpy = [{ name: "numpy", version: "1.26.4" }];
/** sys.executable of the machine's Python, behind whatever shim; null on a machine without one. */
const real =
  spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).stdout?.trim() || null;

/** Makes the interpreter older than pyvenv.cfg is hard (ctime): make the file younger than everything instead. */
function settle(path: string): void {
  const soon = Date.now() / 1000 + 3600;
  utimesSync(path, soon, soon);
}

async function find(root: string, env: NodeJS.ProcessEnv, python?: string) {
  const warnings: string[] = [];
  const found = await findPython(root, { python, env }, warnings);
  return { found, warnings };
}

describe("readPrefix", () => {
  test("reads the environments of venv, uv and virtualenv", () => {
    const made = folder({
      ...virtualEnvironment("venv", "3.11.7", numpy),
      ...virtualEnvironment("uv", "3.12.1", []),
      ...virtualEnvironment("virtualenv", "3.13.0", []),
      ...virtualEnvironment("mute", "3.10.2", []),
    });
    made.write("uv/pyvenv.cfg", "home = /x/bin\nimplementation = CPython\nuv = 0.9.0\nversion_info = 3.12.1\n");
    made.write("virtualenv/pyvenv.cfg", "home = /x\nimplementation = PyPy\nversion_info = 3.13.0.final.0\n");
    made.write("mute/pyvenv.cfg", "home = /x\n");
    for (const name of ["venv", "uv", "virtualenv"]) settle(made.path(name, "pyvenv.cfg"));
    const site = [made.path("venv/lib/python3.11/site-packages")];
    expect(readPrefix(made.path("venv"))).toEqual({
      version: "3.11.7",
      implementation: "CPython",
      certain: true,
      siteFolders: site,
    });
    expect(readPrefix(made.path("uv"))).toMatchObject({ version: "3.12.1", implementation: "CPython", certain: true });
    expect(readPrefix(made.path("virtualenv"))).toMatchObject({ version: "3.13.0", implementation: "PyPy" });
    expect(readPrefix(made.path("mute"))).toMatchObject({ version: "3.10", implementation: "CPython", certain: false });
  });

  test("doubts a pyvenv.cfg that is older than its interpreter", () => {
    const made = folder(virtualEnvironment("venv", "3.11.7", []));
    utimesSync(made.path("venv/pyvenv.cfg"), 1, 1);
    expect(readPrefix(made.path("venv"))).toMatchObject({ version: "3.11.7", certain: false });
  });

  test("believes the path of the interpreter where it holds the version", () => {
    const made = folder(virtualEnvironment("venv", "3.11.7", []));
    made.write("store/cpython-3.11.9-linux-x86_64-gnu/bin/python3.11", "");
    made.write("linked/pyvenv.cfg", "version = 3.11.7\n");
    made.write("linked/bin/x", "");
    symlinkSync(made.path("store/cpython-3.11.9-linux-x86_64-gnu/bin/python3.11"), made.path("linked/bin/python3"));
    expect(readPrefix(made.path("linked"))).toMatchObject({ version: "3.11.9", certain: true });
  });

  test("reads conda's own list, and the system's packages where the environment lets them in", () => {
    const made = folder({
      "conda/bin/python": "",
      "conda/conda-meta/python-dateutil-2.8.2-pyhd8ed1ab_0.json": "{}",
      "conda/conda-meta/python-3.10.14-hd12c33a_0_cpython.json": "{}",
      ...sitePackages("conda/lib/python3.10/site-packages", numpy),
      "pypy/conda-meta/python-3.9.18-0_73_pypy.json": "{}",
      ...virtualEnvironment("venv", "3.10.14", []),
    });
    expect(readPrefix(made.path("conda"))).toMatchObject({
      version: "3.10.14",
      implementation: "CPython",
      certain: true,
    });
    expect(readPrefix(made.path("pypy"))).toMatchObject({ version: "3.9.18", implementation: "PyPy" });
    made.write(
      "venv/pyvenv.cfg",
      `home = ${made.path("conda/bin")}\ninclude-system-site-packages = true\nversion = 3.10.14\n`,
    );
    expect(readPrefix(made.path("venv")).siteFolders).toEqual([
      made.path("venv/lib/python3.10/site-packages"),
      made.path("conda/lib/python3.10/site-packages"),
    ]);
  });
});

describe("resolveShim", () => {
  const made = folder({
    "pyenv/shims/python3": "",
    "pyenv/shims/python3.9": "",
    "pyenv/versions/3.11.7/bin/python3": "",
    "pyenv/versions/3.9.18/bin/python3": "",
    "pyenv/versions/3.9.18/bin/python3.9": "",
    "evil/bin/python3": "",
    "project/sub/x": "",
  });
  const shim = made.path("pyenv/shims/python3");
  const resolve = (env: NodeJS.ProcessEnv = {}, path = shim) => {
    const found = resolveShim(path, made.path("project/sub"), env);
    return found && (found === "system" ? found : basename(found));
  };

  test("follows pyenv's order: variable, .python-version here or above, global file, system", () => {
    expect(resolve()).toBe("system");
    made.write("pyenv/version", "3.11.7\n");
    expect(resolve()).toBe("3.11.7");
    made.write("project/.python-version", "# why\n3.9.18\n");
    expect(resolve()).toBe("3.9.18");
    expect(resolve({ PYENV_VERSION: "3.11.7" })).toBe("3.11.7");
    expect(resolve({ PYENV_VERSION: "system" })).toBe("system");
  });

  test("takes the first version that has the program", () => {
    const python39 = made.path("pyenv/shims/python3.9");
    expect(resolve({ PYENV_VERSION: "3.11.7:3.9.18" }, python39)).toBe("3.9.18");
    expect(resolve({ PYENV_VERSION: "3.11.7" }, python39)).toBeNull();
  });

  test("does not leave pyenv's folder, and leaves the rest to pyenv", () => {
    expect(resolve({ PYENV_VERSION: "../../evil" })).toBeNull();
    expect(resolve({ PYENV_VERSION: ".." })).toBeNull();
    expect(resolve({ PYENV_VERSION: "3.11" })).toBeNull();
    expect(resolve({}, made.path("evil/bin/python3"))).toBeNull();
  });
});

describe("findPython", () => {
  const made = folder({
    ...virtualEnvironment("root/.venv", "3.11.1", numpy),
    ...virtualEnvironment("churn", "3.11.2", numpy),
    "conda/bin/python3": "",
    "conda/conda-meta/python-3.11.3-h0_0_cpython.json": "{}",
    "empty/x": "",
  });
  settle(made.path("root/.venv/pyvenv.cfg"));
  settle(made.path("churn/pyvenv.cfg"));
  const root = made.path("root");
  const version = async (env: NodeJS.ProcessEnv, python?: string) => (await find(root, env, python)).found?.version;

  test("named beats active beats .venv; a conda base that is active in every shell comes last", async () => {
    const active = { VIRTUAL_ENV: made.path("churn"), CONDA_PREFIX: made.path("conda"), CONDA_DEFAULT_ENV: "own" };
    expect(await version({ ...active }, made.path("conda"))).toBe("3.11.3");
    expect(await version(active)).toBe("3.11.2");
    expect(await version({ CONDA_PREFIX: made.path("conda"), CONDA_DEFAULT_ENV: "own" })).toBe("3.11.3");
    expect(await version({ CONDA_PREFIX: made.path("conda"), CONDA_DEFAULT_ENV: "base" })).toBe("3.11.1");
    expect(await version({})).toBe("3.11.1");
    const { found } = await find(made.path("empty"), { CONDA_PREFIX: made.path("conda"), CONDA_DEFAULT_ENV: "base" });
    expect(found).toMatchObject({ version: "3.11.3", where: "in conda environment base", rank: "path" });
  });

  test("says where it was found", async () => {
    expect((await find(root, {})).found).toMatchObject({ where: "in .venv", rank: "project" });
    expect((await find(root, {}, ".venv")).found).toMatchObject({ where: "in .venv", rank: "named" });
    expect((await find(root, { VIRTUAL_ENV: made.path("churn") })).found).toMatchObject({ where: "in churn" });
  });

  test("goes on where VIRTUAL_ENV names nothing, and says so", async () => {
    const { found, warnings } = await find(root, { VIRTUAL_ENV: made.path("gone") });
    expect(found?.version).toBe("3.11.1");
    expect(warnings).toEqual([`VIRTUAL_ENV names ${made.path("gone")}, where there is no Python.`]);
  });

  test("never runs an interpreter that came with the repository, however old its pyvenv.cfg", async () => {
    const clone = folder(virtualEnvironment(".venv", "3.11.7", []));
    chmodSync(clone.path(".venv/bin/python3"), 0o755);
    utimesSync(clone.path(".venv/pyvenv.cfg"), 1, 1);
    expect((await find(clone.dir, {})).found?.version).toBe("3.11.7");
    expect(existsSync(clone.path(".venv/bin/python3.ran"))).toBe(false);
    // The same one is run once it is activated: this shows that the marker works.
    await find(clone.dir, { VIRTUAL_ENV: clone.path(".venv") });
    expect(existsSync(clone.path(".venv/bin/python3.ran"))).toBe(true);
  });

  test("ignores relative folders on PATH", async () => {
    const clone = folder({ "bin/python3": '#!/bin/sh\necho ran >> "$0.ran"\n' });
    chmodSync(clone.path("bin/python3"), 0o755);
    expect((await find(clone.dir, { PATH: "bin:." })).found).toBeNull();
    expect(existsSync(clone.path("bin/python3.ran"))).toBe(false);
  });

  test("refuses a --python that is not there or does not answer", async () => {
    await expect(find(root, {}, "nowhere/python")).rejects.toMatchObject({
      code: "usage",
      message: "--python nowhere/python: there is no Python",
    });
    const broken = folder({ python3: "#!/bin/sh\necho cannot start >&2\nexit 3\n" });
    chmodSync(broken.path("python3"), 0o755);
    await expect(find(root, {}, broken.path("python3"))).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("does not run (cannot start)"),
    });
  });

  test.skipIf(real === null)("asks a real interpreter, without letting the folder it runs in take part", async () => {
    const expected = spawnSync(
      real ?? "",
      ["-c", "import platform as p; print(p.python_version(), p.python_implementation())"],
      { encoding: "utf8" },
    );
    const clone = folder({ "sysconfig.py": "open('ran', 'w')\n", "sitecustomize.py": "open('ran', 'w')\n" });
    // A script in an unknown place, as asdf and others put on PATH: only the interpreter itself knows what it is.
    const elsewhere = folder({ "bin/python3": `#!/bin/sh\nexec "${real}" "$@"\n`, "linked/x": "" });
    chmodSync(elsewhere.path("bin/python3"), 0o755);
    const env = { PATH: elsewhere.path("bin"), PYTHONPATH: clone.dir };
    const { found } = await find(clone.dir, env);
    expect(`${found?.version} ${found?.implementation}`).toBe(expected.stdout.trim());
    expect(found).toMatchObject({ where: "on PATH", rank: "path" });
    expect(found?.siteFolders.length).toBeGreaterThan(0);
    expect(clone.exists("ran")).toBe(false);
    symlinkSync(real ?? "", elsewhere.path("linked/python3"));
    const linked = await find(clone.dir, { PATH: elsewhere.path("linked") });
    expect(linked.found).toEqual(found);
  });
});
