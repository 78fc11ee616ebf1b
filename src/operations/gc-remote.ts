// mv gc --remote: frees a shared store of what no branch and no tag of any repository that uses it leads to, once it is old enough.
// All of it is found out first; then, with pushes kept waiting, what has come since, and only then something is removed.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import {
  addressesOf,
  EMPTY_STORE,
  parseStoreFile,
  STORE_FILE,
  STORE_FILE_MAX_BYTES,
  type StoreFile,
  withoutAddress,
} from "../model/store-file.ts";
import { makeFolder } from "../platform/files.ts";
import type { ObjectRef, Remote } from "../remotes/remote.ts";
import { endUploads, leftUploads, uploadOf, type UnfinishedResult } from "./gc/uploads.ts";
import { type Pushes, readPushes, sweepLocks } from "./gc/pushes.ts";
import { createRepositories, type Repositories } from "./gc/repositories.ts";
import { createStoreNeeds, type StoreNeeds } from "./gc/store-needs.ts";
import type { Project } from "./project.ts";
import { openProjectRemote } from "./remotes.ts";
import { type HeldGcLock, unlockStore, withGcLock } from "./store-locks/gc-lock.ts";
import { endFreeLocks } from "./store-locks/lock-names.ts";
import { changeStoreFile } from "./store-registry.ts";

export interface GcRemoteInput {
  remote: string;
  /** Milliseconds that an object is kept after it was written there; of the settings where left out. */
  grace?: number | undefined;
  dryRun?: boolean | undefined;
  /** Addresses or ids of repositories that are gone for good: they are asked no more. */
  forget?: readonly string[] | undefined;
  /** Go on without folders of old drafts whose list of files is nowhere: what only they need may go. */
  ignoreLost?: boolean | undefined;
  /** Asked with what would go, before anything does; false ends it. */
  approve?: ((found: GcRemoteResult) => Promise<boolean>) | undefined;
}

export interface GcRemoteResult {
  remote: string;
  dry_run: boolean;
  /** What went; with `dry_run` what would. */
  removed: ObjectRef[];
  bytes: number;
  kept: number;
  kept_bytes: number;
  /** Unneeded ones that are younger than the grace age. */
  young: number;
  /** Unneeded ones that a push which is under way relies on. */
  held: number;
  /** Where each repository was asked. */
  repositories: string[];
  forgotten: string[];
  /** Folders of old drafts whose list of files is nowhere. */
  lost: number;
  /** Uploads that were begun before the grace age and taken back; with `dry_run` those that would be. */
  uploads: UnfinishedResult[];
}

/** So many objects are removed between two looks at our lock. */
const BATCH = 200;

/** Cleans a store. Throws gc-refused, locked, and what the remote throws; nothing is removed then, or only what nobody needs. */
export async function gcRemote(project: Project, input: GcRemoteInput): Promise<GcRemoteResult> {
  const remote = await openProjectRemote(project, input.remote);
  makeFolder(project.stateDir);
  const scratch = mkdtempSync(join(project.stateDir, "gc-"));
  try {
    // It says by itself why it cannot.
    if (!remote.abilities.remove || !remote.abilities.list) await remote.remove([]);
    return await clean(project, remote, createRepositories(project, remote, scratch), input);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    await remote.close();
  }
}

/** Takes all locks off a store, for when whoever held them has certainly ended; returns how many pushes held it. */
export async function gcUnlock(project: Project, name: string): Promise<{ remote: string; unlocked: number }> {
  const remote = await openProjectRemote(project, name);
  try {
    if (!remote.abilities.files) return { remote: remote.name, unlocked: 0 };
    return { remote: remote.name, unlocked: await unlockStore(project, remote) };
  } finally {
    await remote.close();
  }
}

async function clean(
  project: Project,
  remote: Remote,
  repositories: Repositories,
  input: GcRemoteInput,
): Promise<GcRemoteResult> {
  const needs = createStoreNeeds(project, remote);
  const { file, forgotten } = await readStoreFile(remote, input);
  await needs.learn(await repositories.ask(file));
  if (!input.dryRun) await endFreeLocks(project, remote);
  const pushes = await readPushes(remote, null);
  const survey = await surveyStore(project, remote, { needs, pushes, input });
  const left = await leftUploads(project, remote, pushes, graceEnd(project, input));
  const found: GcRemoteResult = {
    remote: remote.name,
    dry_run: input.dryRun === true,
    ...survey.counts,
    removed: survey.unneeded,
    bytes: sum(survey.unneeded),
    repositories: file.repositories.flatMap(addressesOf),
    forgotten,
    lost: needs.unknown.size,
    uploads: left.map(uploadOf),
  };
  if (input.dryRun || found.removed.length + forgotten.length + left.length === 0) return found;
  if (input.approve && !(await input.approve(found))) return { ...found, removed: [], bytes: 0, uploads: [] };
  const { removed, ended } = await withGcLock(project, remote, async (lock) => {
    if (forgotten.length > 0) await changeStoreFile(remote, (before) => forget(before, input.forget ?? []).file);
    // What was pushed since: a push that began meanwhile waits for us, and one that was under way is in these locks, or in Git by now.
    const held = await readPushes(remote, lock.taken);
    await needs.learn(await repositories.ask((await readStoreFile(remote, input)).file));
    requireKnown(remote, needs, input);
    const going = survey.unneeded.filter(({ sha256 }) => !needs.needed.has(sha256) && !held.holds(sha256));
    await removeAll(project, remote, lock, going);
    const ended = await endUploads(remote, lock, left, held);
    await sweepLocks(remote, held);
    return { removed: going, ended };
  });
  const spared = found.removed.length - removed.length;
  const kept_bytes = found.kept_bytes + found.bytes - sum(removed);
  const uploads = ended.map(uploadOf);
  return { ...found, removed, bytes: sum(removed), kept: found.kept + spared, kept_bytes, uploads };
}

async function readStoreFile(
  remote: Remote,
  { forget: gone = [] }: GcRemoteInput,
): Promise<{ file: StoreFile; forgotten: string[] }> {
  const found = await remote.readFile(STORE_FILE, STORE_FILE_MAX_BYTES);
  return forget(found === null ? EMPTY_STORE : parseStoreFile(found.bytes, remote.name), gone);
}

function forget(file: StoreFile, gone: readonly string[]): { file: StoreFile; forgotten: string[] } {
  let now = file;
  const forgotten = gone.filter((each) => {
    const without = withoutAddress(now, each);
    if (without !== null) now = without;
    return without !== null;
  });
  return { file: now, forgotten };
}

/** What is older than this, in milliseconds since 1970, has no grace. */
function graceEnd(project: Project, { grace }: GcRemoteInput): number {
  return project.now().getTime() - (grace ?? project.settings.gc.grace);
}

interface Survey {
  unneeded: ObjectRef[];
  counts: Pick<GcRemoteResult, "kept" | "kept_bytes" | "young" | "held">;
}

async function surveyStore(
  project: Project,
  remote: Remote,
  { needs, pushes, input }: { needs: StoreNeeds; pushes: Pushes; input: GcRemoteInput },
): Promise<Survey> {
  const until = graceEnd(project, input);
  const unneeded: ObjectRef[] = [];
  const counts = { kept: 0, kept_bytes: 0, young: 0, held: 0 };
  const rotten: string[] = [];
  for await (const { sha256, size, modified } of remote.list()) {
    if (needs.unknown.has(sha256)) rotten.push(sha256);
    const isNeeded = needs.needed.has(sha256);
    const isHeld = !isNeeded && pushes.holds(sha256);
    const isYoung = !isNeeded && !isHeld && modified.getTime() >= until;
    if (isNeeded || isHeld || isYoung) {
      counts.kept += 1;
      counts.kept_bytes += size;
      if (isHeld) counts.held += 1;
      if (isYoung) counts.young += 1;
    } else unneeded.push({ sha256, size });
  }
  const [first] = rotten;
  if (first !== undefined) throw rottenManifest(remote, first, rotten);
  requireKnown(remote, needs, input);
  return { unneeded, counts };
}

/** Without a folder's list of files nobody knows which objects are its own. */
function requireKnown(remote: Remote, { broken, unknown }: StoreNeeds, { ignoreLost = false }: GcRemoteInput): void {
  const [now] = broken;
  const [lost] = unknown;
  const sha256 = now ?? (ignoreLost ? undefined : lost);
  if (sha256 === undefined) return;
  const what = now === undefined ? "folders of old drafts" : "folders";
  const amount = now === undefined ? unknown.size : broken.size;
  const push = `mv push --all${now === undefined ? " --no-git" : ""} --remote ${remote.name}, in a clone that has them`;
  const ignore = `; or, if they are nowhere any more: mv gc --remote ${remote.name} --ignore-lost`;
  throw new MvError(
    "gc-refused",
    `${remote.name} lacks the lists of files of ${amount} ${what} (${sha256.slice(0, 12)}), so it is not known what they need`,
    {
      hint: now === undefined ? `${push}${ignore}` : push,
      details: { remote: remote.name, manifests: [...(now === undefined ? unknown : broken)].slice(0, 100) },
    },
  );
}

function rottenManifest(remote: Remote, sha256: string, all: readonly string[]): MvError {
  return new MvError(
    "gc-refused",
    `${remote.name} has other bytes in place of a folder's list of files ${sha256.slice(0, 12)}`,
    {
      hint: `mv verify --remote ${remote.name}, then mv push --all in a clone that has it`,
      details: { remote: remote.name, manifests: all.slice(0, 100) },
    },
  );
}

async function removeAll(
  project: Project,
  remote: Remote,
  lock: HeldGcLock,
  objects: readonly ObjectRef[],
): Promise<void> {
  const total = sum(objects);
  let bytes = 0;
  for (let at = 0; at < objects.length; at += BATCH) {
    const batch = objects.slice(at, at + BATCH);
    await lock.whileHeld(() => remote.remove(batch.map(({ sha256 }) => sha256)));
    project.report({ phase: "Removing", bytes: (bytes += sum(batch)), total, files: objects.length });
  }
}

function sum(objects: readonly ObjectRef[]): number {
  return objects.reduce((total, { size }) => total + size, 0);
}
