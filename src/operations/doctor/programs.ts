// The programs that mversion stands on, and which `mv` a shell finds here.
import { lstatSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { gitVersion } from "../../git/version.ts";
import { type Check, finding, ok } from "./check.ts";

/** package.json's engines, and the oldest Git that the tests run on. */
const NODE_LEAST = [20, 19] as const;
const GIT_LEAST = [2, 34] as const;
/** The line by which bin/mv knows itself. */
const SHIM_LINE = "# mversion's mv:";
const SHIM_READ_BYTES = 200;

export async function checkPrograms(cwd: string, node: string, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const git = await gitVersion(cwd);
  const checks: Check[] = [];
  if (isBelow(node, NODE_LEAST)) {
    checks.push(finding("programs", `Node ${node} is older than ${NODE_LEAST.join(".")}`, "install a newer Node.js"));
  }
  if (git === null) {
    checks.push(finding("programs", "no git program is on PATH: only reading works", "install Git"));
  } else if (isBelow(git, GIT_LEAST)) {
    checks.push(finding("programs", `Git ${git} is older than ${GIT_LEAST.join(".")}`, "install a newer Git"));
  }
  // On Windows Git brings its own, for hooks alone.
  if (delimiter === ":" && onPath("awk", env).length === 0) {
    const why = "no awk is on PATH: the hooks start Node for every commit, which takes longer";
    checks.push(finding("programs", why, "install awk: mawk, gawk or busybox"));
  }
  return checks.length > 0 ? checks : [ok("programs", `Node ${node}, Git ${git}`)];
}

function isBelow(version: string, [major, minor]: readonly [number, number]): boolean {
  const [have = 0, next = 0] = version.split(".").map(Number);
  return have < major || (have === major && next < minor);
}

/** Whether `mv VERB` reaches us: our mv must come before the system's on PATH. */
export function checkMv(env: NodeJS.ProcessEnv): Check[] {
  const found = onPath("mv", env);
  const ours = found.findIndex(isShim);
  const [first] = found;
  if (ours === 0) return [ok("mv", `${first} is ours, and passes on to the system's`)];
  if (ours < 0) return [ok("mv", "mv is the system's alone: type mversion, or git mversion")];
  return [
    finding(
      "mv",
      `PATH has ${first} before ours, ${found[ours]}: mv add and the like reach the system's mv`,
      `type mversion instead of mv, or put ${join(found[ours] ?? "", "..")} first on PATH`,
    ),
  ];
}

/** The programs of that name, in the order in which a shell would find them. */
function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder === "" ? "." : folder, name)).filter(isProgram);
}

function isProgram(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isFile() && (stats.mode & 0o111) !== 0;
  } catch {
    return false;
  }
}

function isShim(path: string): boolean {
  try {
    return readFileSync(path).subarray(0, SHIM_READ_BYTES).toString("latin1").includes(SHIM_LINE);
  } catch {
    return false;
  }
}

/** Files here that are named as a command: with them `mv add x` is a move, as it always was. */
export function checkShadows(cwd: string, verbs: readonly string[]): Check[] {
  const here = verbs.filter((verb) => lstatSync(join(cwd, verb), { throwIfNoEntry: false }) !== undefined);
  return here.map((verb) =>
    finding(
      "mv",
      `the file ${verb} lies here, so mv ${verb} FILE moves it`,
      `type mversion ${verb} here, or rename it`,
    ),
  );
}
