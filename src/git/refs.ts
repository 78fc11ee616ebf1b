// Refs and what revisions mean.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TagRef } from "./git.ts";
import { type Place, ask, askText, unreadable } from "./spawn.ts";

const FULL_OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})\n?$/;

export async function head(place: Place): Promise<{ oid: string | null; branch: string | null }> {
  const text = await readFile(join(place.gitDir, "HEAD"), "utf8").catch(() => "");
  if (FULL_OID.test(text)) return { oid: text.trim(), branch: null };
  const target = await headTarget(place, text);
  const oid = (target && (await branchTip(place, target))) ?? (await resolveCommit(place, "HEAD"));
  return { oid, branch: target?.startsWith("refs/heads/") ? target.slice("refs/heads/".length) : null };
}

/** The file says it without a process, except with reftable, where it holds the name below. */
async function headTarget(place: Place, text: string): Promise<string | null> {
  const [, target] = /^ref: (refs\/\S+)\n$/.exec(text) ?? [];
  if (target !== undefined && target !== "refs/heads/.invalid") return target;
  const answer = await ask(place, ["symbolic-ref", "--quiet", "HEAD"]);
  return answer.status === 0 ? answer.stdout.toString("utf8").trim() : null;
}

/** The commit of a branch by its file or by packed-refs, in the order in which Git looks; null where neither says it plainly. */
async function branchTip(place: Place, ref: string): Promise<string | null> {
  if (!ref.startsWith("refs/heads/")) return null;
  const loose = await readFile(join(place.commonDir, ref), "utf8").catch(() => null);
  if (loose !== null) return FULL_OID.test(loose) ? loose.trim() : null;
  const packed = await readFile(join(place.commonDir, "packed-refs"), "utf8").catch(() => "");
  const end = packed.indexOf(` ${ref}\n`);
  const oid = end < 0 ? "" : packed.slice(packed.lastIndexOf("\n", end) + 1, end);
  return FULL_OID.test(oid) ? oid : null;
}

export async function resolveCommit(place: Place, rev: string): Promise<string | null> {
  if (rev === "" || rev.includes("\0")) return null;
  // `:/text` searches for all that follows, and finds commits only.
  const name = rev.startsWith(":/") ? rev : `${rev}^{commit}`;
  const answer = await ask(place, ["rev-parse", "--quiet", "--verify", "--end-of-options", name]);
  const text = answer.stdout.toString("utf8");
  // `^main` is verified too, as "not main".
  return answer.status === 0 && FULL_OID.test(text) ? text.trim() : null;
}

export async function readRef(place: Place, ref: string): Promise<string | null> {
  if (!ref.startsWith("refs/") || ref.includes("\0")) return null;
  const answer = await ask(place, ["show-ref", "--verify", "--hash", "--end-of-options", ref]);
  const text = answer.stdout.toString("utf8");
  return answer.status === 0 && FULL_OID.test(text) ? text.trim() : null;
}

export async function tags(place: Place): Promise<TagRef[]> {
  const format = "--format=%(objectname) %(objecttype) %(objectsize) %(refname)";
  const text = await askText(place, ["for-each-ref", format, "refs/tags/"]);
  const found: TagRef[] = [];
  // There may be tens of thousands: no line, and no list of its words, is made of each.
  for (let at = 0; at < text.length;) {
    const oid = text.indexOf(" ", at);
    const type = text.indexOf(" ", oid + 1);
    const size = text.indexOf(" ", type + 1);
    const end = text.indexOf("\n", size);
    const stop = end < 0 ? text.length : end;
    found.push({
      name: text.slice(size + 1 + "refs/tags/".length, stop),
      oid: text.slice(at, oid),
      type: text.slice(oid + 1, type),
      size: Number(text.slice(type + 1, size)),
    });
    at = stop + 1;
  }
  return found;
}

export async function containedInRemote(place: Place, commit: string): Promise<boolean> {
  const answer = await ask(place, [
    "for-each-ref",
    "--count=1",
    `--contains=${commit}`,
    "--format=%(refname)",
    "refs/remotes/",
  ]);
  if (answer.status !== 0) throw unreadable(answer);
  return answer.stdout.length > 0;
}

export async function branchAt(place: Place, commit: string): Promise<string | null> {
  const args = [
    "for-each-ref",
    "--count=1",
    `--points-at=${commit}`,
    "--format=%(refname)",
    "refs/heads/",
    "refs/remotes/",
  ];
  const ref = (await askText(place, args)).trim();
  return ref === "" ? null : ref.replace(/^refs\/(?:heads|remotes)\//, "");
}
