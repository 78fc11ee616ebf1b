// Parsing `git diff --numstat -z`. Pure.
import type { FileDelta } from "./git.ts";

/** Reads the fields of git-diff(1), "numstat … -z": a rename has an empty path, then both names as fields of their own. */
export function parseNumstat(text: string): FileDelta[] {
  const fields = text.split("\0");
  const deltas: FileDelta[] = [];
  for (let at = 0; at < fields.length; at += 1) {
    const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(fields[at] ?? "") ?? [];
    if (added === undefined || removed === undefined || path === undefined) continue;
    const lines = { added: count(added), removed: count(removed) };
    if (path !== "") {
      deltas.push({ path, ...lines });
      continue;
    }
    const [from = "", to = ""] = fields.slice(at + 1, at + 3);
    deltas.push({ path: to, ...lines, from });
    at += 2;
  }
  return deltas;
}

function count(text: string): number | null {
  return text === "-" ? null : Number(text);
}
