// The state of the working tree: `git status --porcelain=v2 -z` and what it says.
import type { Status } from "./git.ts";
import { type Place, askText } from "./spawn.ts";

export async function status(place: Place): Promise<Status> {
  if (place.bare) return { staged: [], unstaged: [], untracked: [], unmerged: [] };
  return parseStatus(
    await askText(place, ["status", "--porcelain=v2", "-z", "--untracked-files=normal", "--no-renames"]),
  );
}

/**
 * Reads the fields of git-status(1), "Porcelain Format Version 2", separated by NUL. A submodule that only holds
 * untracked files counts as unchanged: nothing of it can be staged, and its commit is as recorded. Pure.
 */
export function parseStatus(text: string): Status {
  const result: Status = { staged: [], unstaged: [], untracked: [], unmerged: [] };
  const entries = text.split("\0");
  for (let at = 0; at < entries.length; at += 1) {
    const entry = entries[at] ?? "";
    const kind = entry[0];
    if (kind === "?") result.untracked.push(entry.slice(2));
    else if (kind === "u") result.unmerged.push(afterFields(entry, 10));
    else if (kind === "1") addChange(result, entry, afterFields(entry, 8));
    else if (kind === "2") {
      at += 1;
      addChange(result, entry, afterFields(entry, 9), entries[at]);
    }
  }
  return result;
}

function addChange(result: Status, entry: string, path: string, from?: string): void {
  const [, xy = "..", sub = "N..."] = entry.split(" ", 3);
  if (xy[0] !== ".") {
    result.staged.push(path);
    // A copy's source is unchanged; a rename's is gone.
    if (from !== undefined && xy[0] === "R") result.staged.push(from);
  }
  if (xy[1] === "." || sub === "S..U") return;
  result.unstaged.push(path);
  if (from !== undefined && xy[1] === "R") result.unstaged.push(from);
}

/** What follows the first `count` blanks; a path may hold blanks itself. */
function afterFields(entry: string, count: number): string {
  let at = -1;
  for (let n = 0; n < count; n += 1) at = entry.indexOf(" ", at + 1);
  return entry.slice(at + 1);
}
