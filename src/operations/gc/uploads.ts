// Uploads to a store that were begun and never ended, by pushes that were killed: a gc takes back those of before its grace age.
import type { Remote, UnfinishedUpload } from "../../remotes/remote.ts";
import type { HeldGcLock } from "../store-locks/gc-lock.ts";
import type { Project } from "../project.ts";
import type { Pushes } from "./pushes.ts";

/** As results say it. */
export interface UnfinishedResult {
  sha256: string;
  /** ISO 8601, by the store's clock. */
  begun: string;
}

/** So many are taken back between two looks at our lock. */
const BATCH = 50;

/** Those begun before `until`, in milliseconds since 1970, that no push under way goes on with. Warns where the key may not ask. */
export async function leftUploads(
  project: Project,
  remote: Remote,
  pushes: Pushes,
  until: number,
): Promise<UnfinishedUpload[]> {
  if (remote.unfinished === undefined) return [];
  const found = await remote.unfinished.list();
  if (found === null) {
    project.warn(`${remote.name}: unfinished uploads stay: this key may not list them (s3:ListBucketMultipartUploads)`);
  }
  return (found ?? []).filter(({ sha256, begun }) => begun.getTime() < until && !pushes.holds(sha256));
}

/** Takes them back, and returns them, without those that a push goes on with by now. */
export async function endUploads(
  remote: Remote,
  lock: HeldGcLock,
  uploads: readonly UnfinishedUpload[],
  pushes: Pushes,
): Promise<UnfinishedUpload[]> {
  const { unfinished } = remote;
  const going = uploads.filter(({ sha256 }) => !pushes.holds(sha256));
  if (unfinished === undefined) return [];
  for (let at = 0; at < going.length; at += BATCH) {
    const batch = going.slice(at, at + BATCH);
    await lock.whileHeld(() => Promise.all(batch.map((upload) => unfinished.abort(upload))));
  }
  return going;
}

export function uploadOf({ sha256, begun }: UnfinishedUpload): UnfinishedResult {
  return { sha256, begun: begun.toISOString() };
}
