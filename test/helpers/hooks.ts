// A repository with the real hook scripts, and a program in place of mversion that writes down how it was called.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { openGit } from "../../src/git/git.ts";
import { type HooksResult, installHooks } from "../../src/operations/hooks/install.ts";
import { scratchDir, type TestRepo } from "./git.ts";

export interface Recorder {
  /** Absolute path of the executable. */
  readonly path: string;
  /** The calls since the last question, "hook pre-push origin url", stdin behind " <<< ". */
  calls(): string[];
  /** The exit status of calls from now on. */
  answer(status: number): void;
}

export function createRecorder(): Recorder {
  const folder = scratchDir("program");
  const path = join(folder, "git-mversion");
  const log = join(folder, "calls");
  writeExecutable(
    path,
    `#!/bin/sh
input=
case $2 in pre-push | post-rewrite) input=$(cat) ;; esac
printf '%s%s\\n' "$*" "\${input:+ <<< $(echo "$input" | tr '\\n' ';')}" >>'${log}'
exit "$(cat '${folder}/status' 2>/dev/null || echo 0)"
`,
  );
  return {
    path,
    calls() {
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, "utf8").trimEnd().split("\n");
      rmSync(log);
      return lines;
    },
    answer: (status) => writeFileSync(join(folder, "status"), String(status)),
  };
}

/** Installs the hooks as `mv init` does, calling `program`. */
export async function install(repo: TestRepo, program: string): Promise<HooksResult> {
  return installHooks({ git: await openGit(repo.dir), program, env: process.env });
}

/** A PATH with a folder in front, or with everything that holds one of these programs left out. */
export function pathWith(folder: string): string {
  return `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
}

/** A folder with links to the named programs and nothing else: the PATH of a machine without the rest. */
export function folderOf(...names: string[]): string {
  const folder = scratchDir("path");
  for (const name of names) {
    const found = (process.env["PATH"] ?? "").split(delimiter).map((dir) => join(dir, name));
    const file = found.find((candidate) => existsSync(candidate));
    if (file === undefined) throw new Error(`${name} is not on this machine`);
    writeExecutable(join(folder, name), `#!/bin/sh\nexec '${file}' "$@"\n`);
  }
  return folder;
}

export function writeExecutable(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}
