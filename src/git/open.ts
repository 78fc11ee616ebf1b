// Finding the repository around a folder: one rev-parse that answers everything.
import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
import { isAbsent, readError } from "../platform/file-errors.ts";
import { type Answer, type Place, run, unreadable } from "./spawn.ts";

const ABSOLUTE = "--path-format=absolute";
const PATHS = ["--absolute-git-dir", "--git-common-dir", "--show-toplevel"];

/** Finds the repository that `cwd` is in. Throws "no-repository" with Git's words (none, unsafe owner, broken config). */
export async function findPlace(cwd: string): Promise<Place> {
  await requireFolder(cwd);
  const flags = ["--is-bare-repository", "--is-shallow-repository"];
  const answer = await revParse(cwd, [...flags, ...PATHS]);
  const [bareText, shallowText, ...lines] = answer.stdout.toString("utf8").split("\n");
  const bare = bareText === "true";
  // A bare repository has no top, and says so after it has answered the rest.
  if (answer.status !== 0 && !(bare && lines.length >= 3)) throw unreadable(answer);
  const [gitDir, common, top] = await splitPaths(cwd, lines.slice(0, -1), bare);
  const commonDir = resolve(cwd, common);
  return { root: bare ? gitDir : top, gitDir, commonDir, bare, shallow: shallowText === "true" };
}

/** A git that is started where it may not be says that there is no git. */
async function requireFolder(cwd: string): Promise<void> {
  try {
    if ((await stat(cwd)).isDirectory()) return await access(cwd, constants.X_OK);
  } catch (error) {
    if (!isAbsent(error)) throw readError(error, cwd);
  }
  throw new MvError("no-repository", `${cwd} is no folder`);
}

/** One path a line, unless a folder's name holds a newline: then one question a path. */
async function splitPaths(cwd: string, lines: string[], bare: boolean): Promise<[string, string, string]> {
  const wanted = bare ? PATHS.slice(0, 2) : PATHS;
  if (lines.length !== wanted.length) {
    const answers = await Promise.all(wanted.map((name) => revParse(cwd, [name])));
    lines = answers.map((answer) => answer.stdout.toString("utf8").replace(/\n$/, ""));
  }
  return [lines[0] ?? "", lines[1] ?? "", lines[2] ?? ""];
}

/** Throws git-needed where Git is so old that it takes the option for a revision and repeats it (before 2.31). */
async function revParse(cwd: string, flags: readonly string[]): Promise<Answer> {
  const answer = await run({ cwd, args: ["rev-parse", ABSOLUTE, ...flags] });
  if (!answer.stdout.toString("utf8").startsWith(ABSOLUTE)) return answer;
  const version = (await run({ cwd, args: ["version"] })).stdout.toString("utf8").trim();
  throw new MvError("git-needed", `${version} is too old: mversion needs Git 2.34 or newer`, {
    hint: "install a newer Git",
  });
}
