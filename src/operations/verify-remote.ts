// mv verify --remote: whether a store still holds what versions need. Every object is asked for; all of them, or a sample that is
// drawn anew each time, are read and hashed. What is rotten is written down in the store, so that the next push heals it.
import { randomInt } from "node:crypto";
import { isMvError } from "../errors.ts";
import type { ObjectRef, Remote } from "../remotes/remote.ts";
import { jobsOf } from "./objects/jobs.ts";
import { type HeldState, readBack } from "./objects/read-back.ts";
import type { Project } from "./project.ts";
import { forgetRecorded } from "./push/recorded.ts";
import { readReleases } from "./releases.ts";
import { openProjectRemote } from "./remotes.ts";
import { changeStoreFile } from "./store-registry.ts";
import { nameOf, type NeededThere, neededThere, type Use, wantedVersions } from "./verify-remote/needed.ts";
import { checkReleaseFiles, type ReleaseFileFinding, unknownReleaseFiles } from "./verify-remote/release-files.ts";

export interface VerifyRemoteInput {
  remote: string;
  /** None: every release, and what branches of Git remotes point to. */
  versions: readonly string[];
  model?: string | undefined;
  /** Percent of the objects to read, above 0 and up to 100; the others are only asked for. */
  sample?: number | undefined;
  jobs?: number | undefined;
}

export interface ObjectFinding {
  /** `withheld`: the store says that it has the object, and does not give it. */
  state: Exclude<HeldState, "right"> | "withheld";
  sha256: string;
  /** Null where it is not known: of a folder's list of files that is not there. */
  size: number | null;
  needed_by: Use[];
}

export interface VerifyRemoteResult {
  remote: string;
  /** Objects that the versions need, and those of them that were read; bytes of both. */
  objects: { needed: number; bytes: number; read: number; read_bytes: number };
  /** Objects that a sample left out: the store says that it has them, and nobody looked. */
  not_read: number;
  findings: ObjectFinding[];
  /** Folders whose list of files is nowhere, so that their files were not looked at. */
  unknown_folders: Use[];
  release_files: { checked: number; findings: ReleaseFileFinding[]; unknown: string[] };
  /** Releases that were left out, because nobody else has their tags yet. */
  unpublished: string[];
  /** Whether a push writes over what is broken there: a Git LFS server keeps what it says that it has. */
  healed_by_push: boolean;
}

/** Verifies; a finding is no failure. Throws unknown-version, usage, no-space, and what the remote throws. */
export async function verifyRemote(project: Project, input: VerifyRemoteInput): Promise<VerifyRemoteResult> {
  const wanted = await wantedVersions(project, input.versions, input.model);
  const remote = await openProjectRemote(project, input.remote);
  try {
    const needed = await neededThere(project, remote, wanted.targets);
    const { states, sample, open } = await lookAt(project, remote, needed, input);
    const findings = findingsOf(needed, states, new Set(sample.map(({ sha256 }) => sha256)));
    await tellOthers(project, remote, findings, states);
    const sizes = [...needed.objects].map(([sha256, { size }]) => size ?? needed.read.get(sha256) ?? 0);
    return {
      remote: remote.name,
      objects: {
        needed: needed.objects.size,
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        read: sample.length + needed.read.size,
        read_bytes: [...sample.map(({ size }) => size), ...needed.read.values()].reduce((sum, size) => sum + size, 0),
      },
      not_read: open,
      findings,
      unknown_folders: unknownFolders(needed, findings),
      release_files: {
        checked: remote.abilities.files ? wanted.releases.length : 0,
        findings: await checkReleaseFiles(remote, wanted.releases),
        unknown: input.versions.length > 0 ? [] : await unknownReleaseFiles(remote, (await readReleases(project)).all),
      },
      unpublished: wanted.unpublished.map(nameOf),
      healed_by_push: remote.abilities.files && remote.abilities.write,
    };
  } finally {
    await remote.close();
  }
}

/** What was found of each object that is not a list of files that was read. `open`: how many were only asked for. */
async function lookAt(
  project: Project,
  remote: Remote,
  { objects, read }: NeededThere,
  { sample: percent = 100, jobs }: VerifyRemoteInput,
): Promise<{ states: Map<string, HeldState>; sample: ObjectRef[]; open: number }> {
  const left = [...objects].filter(([sha256]) => !read.has(sha256));
  // Where a size is not known, one byte stands for it: a store that has another number of them says so.
  const asked = left.map(([sha256, { size }]) => ({ sha256, size: size ?? 1 }));
  const held = await remote.has(asked);
  const there = asked.filter(({ sha256 }) => held.has(sha256));
  const sample = percent >= 100 ? there : draw(there, Math.ceil((there.length * percent) / 100));
  const absent = asked.filter(({ sha256 }) => !held.has(sha256));
  const total = sample.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  const options = {
    jobs: await jobsOf(project, jobs),
    onBytes: (count: number) =>
      project.report({ phase: "Verifying", bytes: (bytes += count), total, files: sample.length }),
  };
  const states = await readBack(project, remote, [...absent, ...sample], options);
  for (const sha256 of read.keys()) states.set(sha256, "right");
  return { states, sample, open: there.length - sample.length };
}

/** So many of the items, all equally likely. */
function draw<T>(items: readonly T[], count: number): T[] {
  const pool = [...items];
  for (let at = 0; at < Math.min(count, pool.length); at += 1) {
    const other = randomInt(at, pool.length);
    [pool[at], pool[other]] = [pool[other] as T, pool[at] as T];
  }
  return pool.slice(0, count);
}

/** `claimed`: what the store said that it has. */
function findingsOf(
  { objects }: NeededThere,
  states: ReadonlyMap<string, HeldState>,
  claimed: ReadonlySet<string>,
): ObjectFinding[] {
  return [...states].flatMap(([sha256, state]): ObjectFinding[] => {
    if (state === "right") return [];
    const { size = null, uses = [] } = objects.get(sha256) ?? {};
    if (state === "missing" && claimed.has(sha256)) return [{ state: "withheld", sha256, size, needed_by: uses }];
    // A list of files that is there, and is none of that name.
    return [{ state: size === null && state === "wrong-size" ? "rotten" : state, sha256, size, needed_by: uses }];
  });
}

/** A folder's list of files that is neither right there nor in the cache has no size. */
function unknownFolders({ objects }: NeededThere, findings: readonly ObjectFinding[]): Use[] {
  return findings.flatMap(({ sha256, size }) => (size === null ? (objects.get(sha256)?.uses ?? []) : []));
}

/**
 * Writes down in the store what it holds no right bytes for and a push would take for held, and takes those off that are right. Nothing of it
 * is needed for the answer.
 */
async function tellOthers(
  project: Project,
  remote: Remote,
  findings: readonly ObjectFinding[],
  states: ReadonlyMap<string, HeldState>,
): Promise<void> {
  // What a push of the last day confirmed is not so any more.
  if (findings.length > 0) await forgetRecorded(project, remote.name);
  if (!remote.abilities.files || !remote.abilities.write) return;
  // Of a list of files that is not given nobody here knows the size, so that the store could not be asked for it.
  const rotten = findings.flatMap(({ sha256, state, size }) => (state === "missing" && size !== null ? [] : [sha256]));
  try {
    await changeStoreFile(remote, (before) => {
      const kept = before.rotten.filter((sha256) => states.get(sha256) !== "right");
      const now = [...new Set([...kept, ...rotten])];
      const isSame = now.length === before.rotten.length && kept.length === now.length;
      return isSame ? before : { ...before, rotten: now };
    });
  } catch (error) {
    if (!isMvError(error) || rotten.length === 0) return;
    project.warn(`no push will know what is rotten, and heal it, until it is written down there: ${error.message}`);
  }
}
