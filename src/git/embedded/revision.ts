// What a user's text means, as far as gitrevisions(7) can be read without git: names and oids.
import type { Place } from "../spawn.ts";
import { type Objects, peelToCommit } from "./objects.ts";
import { needsGit } from "./place.ts";
import { readHead, readRef } from "./refs.ts";

/** Git's order of guesses for a short name. */
const RULES = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];

/** The commit, or null where the text means none; "git-needed" for notations that walk history, such as `main~2`. */
export async function resolveRevision(place: Place, objects: Objects, rev: string): Promise<string | null> {
  const oid = await lookUp(place, objects, rev);
  if (oid !== null) return peelToCommit(objects, oid);
  if (/^[^^-][^]*(?:[~^]|@\{)/.test(rev) || rev.startsWith(":/")) throw needsGit(`the revision ${rev}`);
  return null;
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
