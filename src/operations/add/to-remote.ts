// mv add --to-remote: bytes from the working tree straight to a store, for disks that cannot hold them twice. The cache gets
// manifests of folders alone.
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import { formatManifest } from "../../model/manifest.ts";
import type { Remote, Transfer } from "../../remotes/remote.ts";
import type { Bytes, Store } from "../../store/store.ts";
import { rememberEvicted } from "../evict/remembered.ts";
import { jobsOf } from "../objects/jobs.ts";
import type { Project } from "../project.ts";
import { openProjectRemote } from "../remotes.ts";
import { holdOnStore } from "../store-locks/hold.ts";
import { registerRepository } from "../store-registry.ts";

/** What went to a store; nothing where it had all of it. */
export interface SentThere {
  remote: string;
  objects: number;
  bytes: number;
}

/**
 * Hashes a file or folder, sends what the remote lacks of it, and has it confirmed. Returns what the path holds, and what was sent. Throws
 * file-changing, nothing-found, push-incomplete, or what the remote says; nothing refers to what it took until then.
 */
export async function addToRemote(
  project: Project,
  remoteName: string,
  { absolute, path }: { absolute: string; path: string },
  options: Parameters<Store["look"]>[2],
): Promise<{ bytes: Bytes; sent: SentThere }> {
  const store = await project.store();
  const bytes = await store.look(absolute, path, { ...options, precise: true, progress: project.report });
  if (bytes === null) throw new MvError("nothing-found", `${path} is not there`, { details: { path } });
  const objects = await transfersOf(store, absolute, bytes);
  const remote = await openProjectRemote(project, remoteName);
  let sent: SentThere;
  try {
    const shas = objects.map(({ sha256 }) => sha256);
    const hold = await holdOnStore(project, remote, shas);
    try {
      sent = await sendAll(project, remote, objects, path);
      // A pointer names them soon, and its push holds them by itself.
      await hold.leave(null);
    } catch (error) {
      await hold.release();
      throw error;
    }
  } finally {
    await remote.close();
  }
  // What lies in the tree is not stored nowhere: a remote has it, and is asked before it is replaced.
  await rememberEvicted(project, await store.missing(objects.map(({ sha256 }) => sha256)));
  return { bytes, sent };
}

async function sendAll(
  project: Project,
  remote: Remote,
  objects: readonly Transfer[],
  path: string,
): Promise<SentThere> {
  const held = await remote.has(objects);
  const lacking = objects.filter(({ sha256 }) => !held.has(sha256));
  await registerRepository(project, remote);
  const total = lacking.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  await remote.send(lacking, {
    jobs: await jobsOf(project, undefined),
    onBytes: (count) => project.report({ phase: "Sending", bytes: (done += count), total, files: lacking.length }),
  });
  const confirmed = lacking.length === 0 ? held : await remote.has(objects);
  const open = objects.filter(({ sha256 }) => !confirmed.has(sha256)).length;
  if (open === 0) return { remote: remote.name, objects: lacking.length, bytes: total };
  throw new MvError("push-incomplete", `${remote.name} does not confirm ${open} of ${objects.length} objects`, {
    hint: `repeat the command; if it stays so: mv remote test ${remote.name}`,
    details: { remote: remote.name, path },
  });
}

/** Each object once, with the file of the tree that holds it. A folder's manifest goes through the cache. */
async function transfersOf(store: Store, absolute: string, bytes: Bytes): Promise<Transfer[]> {
  if (bytes.kind === "file") return [{ sha256: bytes.sha256, size: bytes.size, file: absolute }];
  const manifest = Buffer.from(formatManifest(bytes.entries));
  const sha256 = await store.putBytes(manifest);
  const objects = new Map([[sha256, { sha256, size: manifest.length, file: store.objectPath(sha256) }]]);
  for (const entry of bytes.entries) {
    if ("link" in entry || objects.has(entry.sha256)) continue;
    objects.set(entry.sha256, { sha256: entry.sha256, size: entry.size, file: join(absolute, entry.path) });
  }
  return [...objects.values()];
}
