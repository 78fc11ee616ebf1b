// A change of the working tree in several steps: checkout, restore, revert, merge, move, remove. It is written down before it
// begins, so that the next command finishes what a kill or a full disk left half done.
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMvError, MvError } from "../errors.ts";
import { untrackedFiles } from "../git/changes.ts";
import { POINTER_SUFFIX } from "../model/paths.ts";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import { withLock } from "../platform/locks.ts";
import { sweepTemps } from "../platform/temp.ts";
import { createJournal, type Journal } from "../store/journal.ts";
import { spareObjects } from "./evict/remembered.ts";
import { registerInCache } from "./gc/registered.ts";
import { arrange, type Arrangement, type Wanted } from "./materialize.ts";
import { placePointer, removePointer } from "./pointers.ts";
import type { Project } from "./project.ts";
import { fromHere } from "./targets.ts";

/** Plain data: it goes to the journal as it is. */
export interface TreeChange {
  verb: "checkout" | "restore" | "revert" | "merge" | "move" | "remove" | "pull";
  from: { oid: string | null; branch: string | null };
  /** Where Git goes first; null where HEAD stays. */
  to: { commit: string; branch: string | null } | null;
  /** What artifacts shall hold; null: gone. */
  wanted: Readonly<Record<string, Wanted | null>>;
  /** Pointers and records that change, by their path. */
  files: Readonly<Record<string, Replacement>>;
}

/** The text of a file, and the one that takes its place; null: no file. */
export interface Replacement {
  before: string | null;
  after: string | null;
}

const TEXT_MAX_BYTES = 1 << 22;

const journalOf = (project: Project): Journal => createJournal(project.stateDir);

/**
 * Runs `work` as the only command that changes this repository, once a change that was interrupted is finished. Fails with
 * git-needed where there is no git program, unless what it does for the index may be left out.
 */
export async function changing<T>(
  project: Project,
  work: () => Promise<T>,
  options: { withoutIndex?: boolean } = {},
): Promise<T> {
  if (!project.git.canChange && options.withoutIndex !== true) {
    throw new MvError("git-needed", "Changing the repository needs the git program", {
      hint: "install Git, or put it on PATH",
    });
  }
  return locked(project, async () => {
    await settle(project);
    return work();
  });
}

/** Runs `work` as the only command that changes this repository. What a killed command left half written is swept first. */
export async function locked<T>(
  project: Project,
  work: () => Promise<T>,
  options: { waitMs?: number } = {},
): Promise<T> {
  await registerInCache(project);
  return withLock(project.stateDir, "write", work, { ...options, afterKill: () => sweep(project) });
}

async function sweep(project: Project): Promise<void> {
  sweepTemps(project.stateDir, 0);
  const temps = await untrackedFiles(project.git, ["**/.mv-*.tmp", "**/.mv-*.tmp/**"]).catch((error: unknown) => {
    // Without git they lie there until a command finds one.
    if (isMvError(error) && error.code === "git-needed") return [];
    throw error;
  });
  const folders = temps.map((path) => dirname(path.replace(/(\.mv-[^/]*\.tmp)\/.*$/, "$1")));
  for (const folder of new Set(folders)) sweepTemps(join(project.root, folder), 0);
}

/** The replacement of a file by a text, or by nothing. */
export async function replacement(project: Project, path: string, after: string | null): Promise<Replacement> {
  return { before: await textOf(project, path), after };
}

/**
 * Makes a change. All bytes are written beside their places and checked first: until then a failure, Git's refusal to switch
 * among them, leaves the tree as it was. Stages the files.
 */
export async function carryOutChange(project: Project, change: TreeChange, arrangement: Arrangement): Promise<void> {
  const journal = journalOf(project);
  await journal.begin(change);
  let begun = false;
  try {
    const store = await project.store();
    const prepared = await store.prepare(arrangement.placements, {
      progress: project.report,
      spare: arrangement.mayAsk ? (objects) => spareObjects(project, objects) : undefined,
    });
    if (change.to !== null) {
      const { commit, branch } = change.to;
      await project.git.switchTo(branch === null ? { commit } : { branch }).catch((error: unknown) => {
        prepared.discard();
        throw error;
      });
    }
    begun = true;
    await prepared.commit();
    await finish(project, change, arrangement);
  } catch (error) {
    if (!begun) await close(journal);
    throw error;
  }
  await close(journal);
}

/** A journal that comes back after a power cut does no harm: what it asks for is done. */
async function close(journal: Journal): Promise<void> {
  await journal.end().catch(() => undefined);
}

/** What is left when the bytes are placed: artifacts that go, pointers, records, the index. */
async function finish(
  project: Project,
  change: TreeChange,
  { removals }: Arrangement,
  written: readonly string[] = [],
): Promise<void> {
  const store = await project.store();
  for (const { path, bytes } of removals) await store.remove(join(project.root, path), path, bytes);
  const touched = [...written];
  for (const [file, { after }] of Object.entries(change.files)) touched.push(...(await replace(project, file, after)));
  if (touched.length === 0) return;
  // An ignore file that is in conflict itself is not settled by the way.
  const unmerged = new Set(await project.git.unmerged());
  const files = touched.filter((file) => Object.hasOwn(change.files, file) || !unmerged.has(file));
  await stage(project, [...new Set(files)]);
}

/** What is on disk is done without git; only the index is left to who has it. */
async function stage(project: Project, files: readonly string[]): Promise<void> {
  await project.git.stage(files).catch((error: unknown) => {
    if (!isMvError(error) || error.code !== "git-needed") throw error;
    const paths = files.map((file) => fromHere(project, file)).join(" ");
    project.warn(`not staged, since there is no git program here; where there is one: git add -f ${paths}`);
  });
}

/** Returns the files to stage. */
async function replace(project: Project, file: string, after: string | null): Promise<string[]> {
  if (file.endsWith(POINTER_SUFFIX)) {
    const artifact = file.slice(0, -POINTER_SUFFIX.length);
    return after === null ? removePointer(project, artifact) : placePointer(project, artifact, after);
  }
  const path = join(project.root, file);
  if (after === null) await rm(path, { force: true });
  else await writeFileAtomic(path, after, { durable: true });
  return [file];
}

/** Finishes or drops what was interrupted, and says so. Never fails: what cannot be finished is shown by `mv status`. */
async function settle(project: Project): Promise<void> {
  const journal = journalOf(project);
  const change = (await journal.read()) as TreeChange | null;
  if (change === null) return;
  if (await isUnderWay(project, change)) {
    try {
      await finishLate(project, change);
      project.warn(`finished a ${change.verb} that was interrupted`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      project.warn(`a ${change.verb} was interrupted and cannot be finished: ${why}; mv status shows what differs`);
    }
  }
  await close(journal);
}

/** Whether the change had begun and nobody has gone elsewhere since; before the switch of a checkout nothing was changed. */
async function isUnderWay(project: Project, { from, to, files }: TreeChange): Promise<boolean> {
  const head = await project.git.head();
  if (to !== null) return head.oid === to.commit && head.branch === to.branch;
  if (head.oid !== from.oid || head.branch !== from.branch) return false;
  const texts = await Promise.all(Object.keys(files).map((file) => textOf(project, file)));
  return Object.values(files).every(({ before, after }, at) => texts[at] === before || texts[at] === after);
}

async function finishLate(project: Project, change: TreeChange): Promise<void> {
  const store = await project.store();
  const arrangement = await arrange(project, new Map(Object.entries(change.wanted)));
  // What a person wrote there since stays, and what the cache has lost stays a pointer.
  const left = new Set([...arrangement.unsaved, ...arrangement.missing].map((item) => item.path));
  arrangement.removals = arrangement.removals.filter((item) => !left.has(item.path));
  await store.place(arrangement.placements.filter((item) => !left.has(item.key)));
  // Ignore files may have their lines already, and not be staged yet.
  const pointers = Object.keys(change.files).filter((file) => file.endsWith(POINTER_SUFFIX));
  await finish(project, change, arrangement, pointers.map(ignoreFileOf));
}

function ignoreFileOf(pointer: string): string {
  return join(dirname(pointer), ".gitignore");
}

function textOf(project: Project, path: string): Promise<string | null> {
  return readTextFile(join(project.root, path), TEXT_MAX_BYTES);
}
