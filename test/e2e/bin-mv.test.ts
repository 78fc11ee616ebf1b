// bin/mv stays the system's mv: taken only for a verb that the system's mv could only refuse, in every shell, from every PATH.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { rows } from "../../src/cli/commands/index.ts";
import { scratchDir } from "../helpers/git.ts";
import { folderOf, writeExecutable } from "../helpers/hooks.ts";

const BIN = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin");
const SHIM = join(BIN, "mv");
const SYSTEM = process.env["PATH"] ?? "";

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

interface Machine {
  /** The current folder, with a file `a`. */
  dir: string;
  /** Runs a line of a shell, `sh` by default, with the shim first on PATH and a program that repeats its arguments. */
  sh(line: string, options?: { shell?: string; path?: string; program?: string | null }): Ran;
}

function machine(name = "a folder"): Machine {
  const dir = join(scratchDir("shell"), name);
  mkdirSync(dir);
  writeFileSync(join(dir, "a"), "a\n");
  const program = join(scratchDir("program"), "our program");
  writeExecutable(program, `#!/bin/sh\nfor word do printf '<%s>' "$word"; done\n`);
  return {
    dir,
    sh(line, { shell = "sh", path = `${BIN}${delimiter}${SYSTEM}`, program: given = program } = {}) {
      const env: NodeJS.ProcessEnv = { ...process.env, PATH: path };
      if (given !== null) env["MVERSION"] = given;
      const interpreter = SYSTEM.split(delimiter)
        .map((folder) => join(folder, shell))
        .find((file) => existsSync(file));
      if (interpreter === undefined) throw new Error(`${shell} is not installed`);
      const done = spawnSync(interpreter, ["-c", line], { cwd: dir, env, encoding: "utf8", input: "" });
      return { status: done.status, stdout: done.stdout, stderr: done.stderr };
    },
  };
}

const verbs = (): string[] => {
  const [, list = ""] = /case \$word in\n([^)]*)\) ;;/.exec(readFileSync(SHIM, "utf8")) ?? [];
  return list.split("|").map((word) => word.replace(/[\s\\]/g, ""));
};

test("Every command of the table is a verb here", () => {
  const visible = rows.filter((row) => row.hidden !== true).map((row) => row.name);
  expect(verbs()).toEqual(expect.arrayContaining(visible));
  expect(verbs().every((verb) => /^[a-z]+$/.test(verb))).toBe(true);
  expect(new Set(verbs()).size).toBe(verbs().length);
});

describe.each(["sh", "bash", "dash", "zsh"])("typed into %s", (shell) => {
  test("a verb is ours, its words unchanged", () => {
    const { sh } = machine();
    const said = sh(
      `mv tag v1.0.0 -m 'two  words
and a $line' '' '*' -- -x`,
      { shell },
    );
    expect(said).toEqual({ status: 0, stdout: "<tag><v1.0.0><-m><two  words\nand a $line><><*><--><-x>", stderr: "" });
  });

  test("a move is the system's", () => {
    const { sh, dir } = machine();
    expect(sh("mv a 'b  c' && mv -- 'b  c' -x && mv -- -x a && mv a tag && mv tag ./add", { shell })).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(join(dir, "add"), "utf8")).toBe("a\n");
    expect(sh("mv nothing here", { shell }).status).toBe(1);
  });

  test("under the aliases of careful people", () => {
    const { sh, dir } = machine();
    const alias = (flags: string, words: string): string =>
      shell === "zsh"
        ? `setopt aliases; alias mv='mv ${flags}'; eval "mv ${words}"`
        : `shopt -s expand_aliases 2>/dev/null; alias mv='mv ${flags}'; eval "mv ${words}"`;
    for (const flags of ["-i", "-v", "-f", "-iv", "-v -i", "-fvi"]) {
      expect(sh(alias(flags, "status --json"), { shell }).stdout).toBe("<status><--json>");
    }
    expect(sh(alias("-iv", "a b"), { shell }).stdout).toContain("'a' -> 'b'");
    expect(existsSync(join(dir, "b"))).toBe(true);
    expect(sh(alias("-n", "status x"), { shell }).stderr).toContain("cannot stat 'status'");
  });

  test("the script itself runs in it", () => {
    const { sh, dir } = machine();
    expect(sh(`${shell} '${SHIM}' a b`, { shell })).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(existsSync(join(dir, "b"))).toBe(true);
    expect(sh(`${shell} '${SHIM}' -i log -n 5`, { shell }).stdout).toBe("<log><-n><5>");
    expect(sh(`${shell} '${SHIM}' --version`, { shell, program: null }).stdout).toMatch(/^mv \(GNU coreutils\)/);
  });
});

describe("a file with the name of a verb", () => {
  test("is moved, by whatever way mv has", () => {
    const { sh, dir } = machine();
    mkdirSync(join(dir, "target"));
    for (const line of [
      "mv add added",
      "mv -t target add",
      "mv add -t target",
      "mv add -vttarget",
      "mv add --target-directory=target",
      "mv -v add target",
      "mv -- add target",
      "mv add -- target",
      "mv -f add target -v",
    ]) {
      writeFileSync(join(dir, "add"), "");
      const said = sh(line);
      expect([line, said.status, said.stdout.includes("<"), existsSync(join(dir, "add"))]).toEqual([
        line,
        0,
        false,
        false,
      ]);
    }
    symlinkSync("nowhere", join(dir, "log"));
    expect(sh("mv log moved").status).toBe(0);
    mkdirSync(join(dir, "status"));
    expect(sh("mv status moved-folder").status).toBe(0);
    expect(existsSync(join(dir, "moved-folder"))).toBe(true);
  });

  test("leaves a verb that stands alone", () => {
    const { sh, dir } = machine();
    mkdirSync(join(dir, "status"));
    for (const [line, words] of [
      ["mv status", "<status>"],
      ["mv -i status", "<status>"],
      ["mv status --json", "<status><--json>"],
      ["mv status -q", "<status><-q>"],
    ]) {
      expect(sh(line ?? "").stdout).toBe(words);
    }
    expect(existsSync(join(dir, "status"))).toBe(true);
  });
});

test("What is no verb of ours is answered by the system's mv, in its own words", () => {
  const { sh } = machine();
  const plain = (line: string): Ran => sh(line, { path: SYSTEM });
  for (const words of [
    "",
    "--help",
    "--version",
    "a",
    "-i",
    "-t",
    "hook pre-commit",
    "ADD x",
    "./add x",
    "- x",
    "'' x",
    "-x add y",
  ]) {
    const ours = sh(`mv ${words}`);
    const system = plain(`mv ${words}`);
    // exec by path is all that POSIX has, and mv names itself as it was called.
    const own = ({ status, stdout, stderr }: Ran) => [words, status, (stdout + stderr).replace(/\/\S*\/mv\b/g, "mv")];
    expect(own(ours)).toEqual(own(system));
  }
  expect(sh("word=status; export word; mv").status).toBe(1);
});

describe("PATH", () => {
  const real = SYSTEM.split(delimiter);

  test("with several of ours, by link, by copy, relative and empty", () => {
    const { sh, dir } = machine();
    const links = scratchDir("links");
    symlinkSync(SHIM, join(links, "mv"));
    const copies = scratchDir("copies of ours");
    copyFileSync(SHIM, join(copies, "mv"));
    chmodSync(join(copies, "mv"), 0o755);
    symlinkSync(join(links, "mv"), join(dir, "mv"));
    mkdirSync(join(dir, "rel"));
    symlinkSync(SHIM, join(dir, "rel", "mv"));
    for (const front of [
      [links, copies],
      [copies, links, BIN, links],
      ["rel", links],
      ["", links],
      [".", "", "rel", copies],
      [links, "/nowhere", "", ""],
    ]) {
      const path = [...front, ...real].join(delimiter);
      const said = sh("mv a b && mv b a && mv tag v1", { path });
      expect([front, said]).toEqual([front, { status: 0, stdout: "<tag><v1>", stderr: "" }]);
    }
    expect(sh("mv a b", { path: [...real, ""].join(delimiter) }).status).toBe(0);
  });

  test("with a wrapper around ours, as pnpm writes it, and one that cannot be read or run", () => {
    const { sh, dir } = machine();
    const wrapper = scratchDir("wrapper");
    writeExecutable(join(wrapper, "mv"), `#!/bin/sh\nexec /bin/sh '${SHIM}' "$@"\n`);
    const odd = scratchDir("odd");
    mkdirSync(join(odd, "mv"));
    const dull = scratchDir("dull");
    writeFileSync(join(dull, "mv"), "not executable\n");
    for (const front of [[wrapper], [BIN, wrapper], [wrapper, wrapper, BIN], [odd, dull, BIN, dull, odd, wrapper]]) {
      const said = sh("mv a b && mv b a && mv tag v1", { path: [...front, ...real].join(delimiter) });
      expect([front, said]).toEqual([front, { status: 0, stdout: "<tag><v1>", stderr: "" }]);
    }
    expect(existsSync(join(dir, "a"))).toBe(true);
  });

  test("with somebody else's mv before the system's", () => {
    const { sh } = machine();
    const other = scratchDir("other");
    writeExecutable(join(other, "mv"), `#!/bin/sh\necho "other:$*"\n`);
    expect(sh("mv a b", { path: [BIN, other, ...real].join(delimiter) }).stdout).toBe("other:a b\n");
  });

  test("of ours alone still finds the usual places", () => {
    const { sh, dir } = machine();
    expect(sh("mv a b", { path: BIN }).status).toBe(0);
    expect(existsSync(join(dir, "b"))).toBe(true);
  });

  test("starts no process on the way", () => {
    const { dir } = machine();
    const trace = join(dir, "trace");
    const calls = "trace=execve,fork,vfork,clone,clone3";
    const done = spawnSync("strace", ["-f", "-o", trace, "-e", calls, SHIM, "a", "b"], { cwd: dir, encoding: "utf8" });
    expect(done.status).toBe(0);
    const started = readFileSync(trace, "utf8").match(/\b(execve|v?fork|clone3?)\(/g);
    expect(started).toEqual(["execve(", "execve("]);
  });
});

describe("the program", () => {
  /** A package as npm installs it, its bins linked into a folder of PATH. */
  function installation(): { bin: string; root: string } {
    const root = join(scratchDir("installation"), "lib", "node modules", "git-mversion");
    mkdirSync(join(root, "bin"), { recursive: true });
    for (const name of ["mv", "mversion.js"]) copyFileSync(join(BIN, name), join(root, "bin", name));
    writeFileSync(join(root, "package.json"), '{"type": "module", "version": "9.8.7"}\n');
    const bin = join(root, "..", "..", "..", "bin");
    mkdirSync(bin);
    symlinkSync("../lib/node modules/git-mversion/bin/mv", join(bin, "mv"));
    symlinkSync("../lib/node modules/git-mversion/bin/mversion.js", join(bin, "git-mversion"));
    return { bin, root };
  }
  function built(root: string): void {
    mkdirSync(join(root, "dist", "cli"), { recursive: true });
    const main =
      "export async function main(argv) { process.stdout.write(JSON.stringify(argv)); process.exitCode = 3; }\n";
    writeFileSync(join(root, "dist", "cli", "main.js"), main);
  }

  test("is found behind npm's links and gets words and status through", () => {
    const { sh } = machine();
    const { bin, root } = installation();
    built(root);
    const path = [bin, SYSTEM].join(delimiter);
    expect(sh("mv -i tag 'a b' ''", { path, program: null })).toEqual({
      status: 3,
      stdout: '["tag","a b",""]',
      stderr: "",
    });
    const again = scratchDir("again");
    symlinkSync(join(bin, "mv"), join(again, "mv"));
    expect(sh("mv log", { path: [again, SYSTEM].join(delimiter), program: null }).stdout).toBe('["log"]');
  });

  test("answers for its version without being built, and says how to build it", () => {
    const { root } = installation();
    const run = (...args: string[]): Ran =>
      spawnSync("node", [join(root, "bin", "mversion.js"), ...args], { encoding: "utf8" });
    expect(run("--version").stdout).toBe("9.8.7\n");
    expect(run("-V").stdout).toBe("9.8.7\n");
    const said = run("status");
    expect([said.status, said.stdout]).toEqual([70, ""]);
    expect(said.stderr).toBe(
      "mversion: dist/ is missing: this is a checkout that was not built\nNext: npm run build\n",
    );
    built(root);
    expect(run("tag", "--version").stdout).toBe('["tag","--version"]');
  });

  test("without Node.js: a verb says so, a move moves", () => {
    const { sh, dir } = machine();
    const path = [BIN, folderOf("mv", "readlink")].join(delimiter);
    expect(sh("mv add model.onnx", { path, program: null })).toEqual({
      status: 127,
      stdout: "",
      stderr: "mversion: mv add needs Node.js, and no node is on PATH. Moving files works as always.\n",
    });
    expect(sh("mv a b", { path, program: null })).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(existsSync(join(dir, "b"))).toBe(true);
  });

  test("that is gone is told, and git-mversion on PATH stands in", () => {
    const { sh } = machine();
    const { bin, root } = installation();
    built(root);
    const alone = scratchDir("alone");
    copyFileSync(SHIM, join(alone, "mv"));
    chmodSync(join(alone, "mv"), 0o755);
    expect(sh("mv log", { path: [alone, SYSTEM, bin].join(delimiter), program: null }).stdout).toBe('["log"]');
    rmSync(join(bin, "git-mversion"));
    const said = sh("mv log", { path: [alone, SYSTEM].join(delimiter), program: null });
    expect([said.status, said.stdout]).toEqual([127, ""]);
    expect(said.stderr).toContain("npm install --global git-mversion");
  });
});
