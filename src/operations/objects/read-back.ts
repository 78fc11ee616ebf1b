// Objects of a remote read back and hashed, without keeping them: how it is known that a store still holds what it was given.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isMvError, MvError } from "../../errors.ts";
import { freeBytes, makeFolder } from "../../platform/files.ts";
import { createWorkers } from "../../platform/workers.ts";
import type { ObjectRef, Remote, Transfer } from "../../remotes/remote.ts";
import { hashFiles } from "../../store/hash-files.ts";
import type { Project } from "../project.ts";

/** `rotten`: other bytes of the same size. */
export type HeldState = "right" | "rotten" | "wrong-size" | "missing";

/** What lies on this disk at a time is one portion that arrives and one that is hashed: so many bytes each, or one larger object. */
const PORTION_BYTES = 64 * 1024 * 1024;
const PORTION_COUNT = 256;

export interface ReadOptions {
  jobs: number;
  /** Bytes that were read. */
  onBytes?: ((count: number) => void) | undefined;
}

/**
 * Reads every byte of objects that a remote is said to hold. An object that is not right is read twice: the way may have been at
 * fault. Returns the state of each by its SHA-256. Throws no-space and what concerns the remote as a whole.
 */
export async function readBack(
  project: Project,
  remote: Remote,
  objects: readonly ObjectRef[],
  options: ReadOptions,
): Promise<Map<string, HeldState>> {
  const states = await readOnce(project, remote, objects, options);
  const doubtful = objects.filter(({ sha256 }) => states.get(sha256) === "rotten");
  if (doubtful.length === 0) return states;
  const again = await readOnce(project, remote, doubtful, { jobs: options.jobs });
  return new Map([...states, ...again]);
}

async function readOnce(
  project: Project,
  remote: Remote,
  objects: readonly ObjectRef[],
  options: ReadOptions,
): Promise<Map<string, HeldState>> {
  const states = new Map<string, HeldState>();
  const portions = portionsOf(objects);
  if (portions.length === 0) return states;
  makeFolder(project.stateDir);
  const folder = mkdtempSync(join(project.stateDir, "read-back-"));
  const workers = createWorkers(0);
  let hashing: Promise<void> = Promise.resolve();
  try {
    await requireRoom(folder, portions);
    for (const portion of portions) {
      const transfers = portion.map((object) => ({ ...object, file: join(folder, object.sha256) }));
      const arrived = await receivePortion(remote, transfers, states, options);
      await hashing;
      hashing = hashPortion(arrived, states, workers);
      // Its failure is seen when it is awaited.
      hashing.catch(() => undefined);
    }
    await hashing;
  } finally {
    await hashing.catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
  return states;
}

function portionsOf(objects: readonly ObjectRef[]): ObjectRef[][] {
  const portions: ObjectRef[][] = [];
  let bytes = Infinity;
  for (const object of objects) {
    const last = portions.at(-1);
    if (last === undefined || last.length >= PORTION_COUNT || bytes + object.size > PORTION_BYTES) {
      portions.push([object]);
      bytes = object.size;
    } else {
      last.push(object);
      bytes += object.size;
    }
  }
  return portions;
}

async function requireRoom(folder: string, portions: readonly ObjectRef[][]): Promise<void> {
  const sizes = portions.map((portion) => portion.reduce((sum, { size }) => sum + size, 0));
  const [first = 0, second = 0] = sizes.toSorted((a, b) => b - a);
  const free = await freeBytes(folder);
  if (first + second <= free) return;
  throw new MvError("no-space", `${first + second} bytes are read at a time, and ${free} are free in ${folder}`, {
    hint: "free some space, then repeat",
    details: { needed: first + second, free },
  });
}

type Arrived = Transfer & { hashed?: string | undefined };

/** One that cannot be had does not keep the others away. */
async function receivePortion(
  remote: Remote,
  transfers: readonly Transfer[],
  states: Map<string, HeldState>,
  { jobs, onBytes }: ReadOptions,
): Promise<Arrived[]> {
  const arrived: Arrived[] = [];
  let left = [...transfers];
  while (left.length > 0) {
    const done = new Set<string>();
    try {
      await remote.receive(left, {
        jobs,
        onBytes,
        onDone: (object, hashed) => {
          done.add(object.sha256);
          arrived.push({ ...object, hashed });
        },
      });
      break;
    } catch (error) {
      const culprit = isMvError(error) ? error.details["sha256"] : undefined;
      const isOne = typeof culprit === "string" && left.some(({ sha256 }) => sha256 === culprit && !done.has(sha256));
      if (!isMvError(error) || !isOne || !STATES.has(error.code)) throw error;
      states.set(culprit, STATES.get(error.code) ?? "missing");
      left = left.filter(({ sha256 }) => sha256 !== culprit && !done.has(sha256));
    }
  }
  return arrived;
}

const STATES: ReadonlyMap<string, HeldState> = new Map([
  ["object-missing", "missing"],
  ["bytes-wrong", "wrong-size"],
]);

async function hashPortion(
  arrived: readonly Arrived[],
  states: Map<string, HeldState>,
  workers: ReturnType<typeof createWorkers>,
): Promise<void> {
  const open = arrived.filter(({ hashed }) => hashed === undefined);
  const sources = open.map(({ file, size }) => ({ path: file, size }));
  const hashes = await hashFiles(workers, sources, () => undefined, "sha256");
  const found = new Map(open.map(({ sha256 }, at) => [sha256, hashes[at]?.sha256]));
  for (const { sha256, file, hashed } of arrived) {
    states.set(sha256, (hashed ?? found.get(sha256)) === sha256 ? "right" : "rotten");
    rmSync(file, { force: true });
  }
}
