// What a user's text means, as far as gitrevisions(7) can be read without git: names, oids, and steps to parents.
import type { Place } from "../spawn.ts";
import { type Objects, headers, peelToCommit } from "./objects.ts";
import { needsGit } from "./place.ts";
import { readHead, readRef } from "./refs.ts";

/** Git's order of guesses for a short name. */
const RULES = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];

/** "~3", "^2", "^{commit}", "^{}" after a name. */
const STEP = /~(\d*)|\^(\d*)(?!\{)|\^\{(?:commit)?\}/g;
const NAME_AND_STEPS = new RegExp(`^((?!:/|[^]*@\\{)[^~^]+)((?:${STEP.source})*)$`);

/** The commit, or null where the text means none; "git-needed" for notations that ask more, such as `main@{1}` or `:/text`. */
export async function resolveRevision(place: Place, objects: Objects, rev: string): Promise<string | null> {
  const [, name, steps = ""] = NAME_AND_STEPS.exec(rev) ?? [];
  if (name !== undefined) {
    const oid = await lookUp(place, objects, name);
    return oid && walk(objects, await peelToCommit(objects, oid), steps);
  }
  if (/^[^^-][^]*(?:[~^]|@\{)/.test(rev) || rev.startsWith(":/")) throw needsGit(`the revision ${rev}`);
  return null;
}

async function walk(objects: Objects, start: string | null, steps: string): Promise<string | null> {
  let at = start;
  for (const [, back, parent] of steps.matchAll(STEP)) {
    const generations = back === undefined ? 0 : Number(back || 1);
    for (let left = generations; left > 0 && at !== null; left -= 1) at = await parentOf(objects, at, 1);
    if (parent !== undefined && parent !== "0" && at !== null) at = await parentOf(objects, at, Number(parent || 1));
  }
  return at;
}

/** Null where there is none, also behind the boundary of a shallow clone. */
async function parentOf(objects: Objects, commit: string, number: number): Promise<string | null> {
  const bytes = (await objects.read(commit))?.bytes;
  const oid = bytes && headers(bytes, "parent")[number - 1];
  return oid !== undefined && (await objects.read(oid)) !== null ? oid : null;
}

async function lookUp(place: Place, objects: Objects, rev: string): Promise<string | null> {
  if (/^[0-9a-f]{40}$/i.test(rev)) return rev.toLowerCase();
  if (rev === "HEAD" || rev === "@") return (await readHead(place)).oid;
  for (const rule of RULES) {
    const oid = await readRef(place, rule + rev);
    if (oid !== null) return oid;
  }
  const remoteHead = await readRef(place, `refs/remotes/${rev}/HEAD`);
  if (remoteHead !== null) return remoteHead;
  return /^[0-9a-f]{4,39}$/i.test(rev) ? objects.expand(rev.toLowerCase()) : null;
}
