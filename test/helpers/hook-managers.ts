// husky, lefthook and the pre-commit framework as users install them, from their registries, once for all runs: the folder
// .e2e/ of the checkout is ignored by Git. No install script runs: lefthook's would write into the repository around it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "..", "..", ".e2e", "hook-managers");
const NPM = ["husky@9.1.7", "lefthook@2.2.2"];
const PIP = "pre-commit==4.7.0";

export interface HookManagers {
  /** Folders to put in front of PATH. */
  husky: string;
  preCommit: string;
  /** Absolute path of the executable. */
  lefthook: string;
}

export function hookManagers(): HookManagers {
  const bin = join(FOLDER, "node_modules", ".bin");
  mkdirSync(FOLDER, { recursive: true });
  if (!NPM.every((spec) => existsSync(join(bin, spec.split("@")[0] ?? "")))) {
    writeFileSync(join(FOLDER, "package.json"), '{"private": true}\n');
    must("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...NPM]);
  }
  const python = join(FOLDER, "python", "bin");
  if (!existsSync(join(python, "pre-commit"))) {
    must("python3", ["-m", "venv", join(FOLDER, "python")]);
    must(join(python, "pip"), ["install", "--quiet", "--disable-pip-version-check", PIP]);
  }
  return { husky: bin, preCommit: python, lefthook: join(bin, "lefthook") };
}

function must(command: string, args: readonly string[]): void {
  const done = spawnSync(command, args, { cwd: FOLDER, encoding: "utf8" });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: exit ${done.status}\n${done.stdout}${done.stderr}`);
}
