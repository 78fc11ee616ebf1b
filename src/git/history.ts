// Commits, ancestry and what changed between two of them.
import { MvError } from "../errors.ts";
import type { Commit, CommitsQuery, FileDelta } from "./git.ts";
import { parseNumstat } from "./numstat.ts";
import { type Place, ask, askText, unreadable } from "./spawn.ts";

export async function commits(place: Place, query: CommitsQuery): Promise<Commit[]> {
  if (query.include.length === 0) return [];
  const revs = [...query.include.map(revLine), ...(query.exclude ?? []).map((rev) => `^${revLine(rev)}`)];
  const walk = ["--topo-order", ...(query.firstParent ? ["--first-parent"] : [])];
  if (query.max !== undefined) walk.push(`--max-count=${query.max}`);
  if (!query.paths?.length) return parentLines(await revList(place, [...walk, "--parents"], revs));
  // Git rewrites the parents it shows to those that touch the paths, so they are asked for apart.
  const oids = await revList(place, [...walk, "--full-history"], revs, query.paths);
  if (oids === "") return [];
  return parentLines(await revList(place, ["--no-walk=unsorted", "--parents"], oids.trim().split("\n")));
}

function revList(place: Place, flags: string[], revs: string[], paths: readonly string[] = []): Promise<string> {
  const args = ["rev-list", ...flags, "--stdin", ...(paths.length > 0 ? ["--", ...paths] : [])];
  return askText(place, args, { input: `${revs.join("\n")}\n` });
}

function parentLines(text: string): Commit[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [oid = "", ...parents] = line.split(" ");
      return { oid, parents };
    });
}

/** A revision as a line of rev-list's stdin, where an option or a second line would be obeyed. */
function revLine(rev: string): string {
  if (!/^[^-^\s][^\s]*$/.test(rev)) throw new MvError("internal", `not a revision: ${JSON.stringify(rev)}`);
  return rev;
}

export async function isAncestor(place: Place, a: string, b: string): Promise<boolean> {
  const answer = await ask(place, ["merge-base", "--is-ancestor", "--end-of-options", a, b]);
  if (answer.status > 1) throw unreadable(answer);
  return answer.status === 0;
}

export async function mergeBase(place: Place, a: string, b: string): Promise<string | null> {
  const answer = await ask(place, ["merge-base", "--end-of-options", a, b]);
  if (answer.status > 1) throw unreadable(answer);
  return answer.status === 0 ? answer.stdout.toString("utf8").trim() : null;
}

export async function diffStat(
  place: Place,
  a: string,
  b: string | null,
  excludeSuffixes: readonly string[] = [],
): Promise<FileDelta[]> {
  const excluded = excludeSuffixes.map((suffix) => `:(top,exclude,glob)**/*${suffix.replace(/[\\*?[]/g, "\\$&")}`);
  const text = await askText(place, [
    // The exclusions are patterns: the one place where a pathspec is not taken literally.
    "--no-literal-pathspecs",
    "diff",
    "--numstat",
    "-z",
    "--no-ext-diff",
    "--no-textconv",
    "--find-renames",
    "--end-of-options",
    a,
    ...(b === null ? [] : [b]),
    "--",
    ...(excluded.length > 0 ? [":(top)", ...excluded] : []),
  ]);
  return parseNumstat(text);
}
