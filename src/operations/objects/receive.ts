// Objects of one remote into the cache: gathered beside the cache, and taken in where their SHA-256 is right. That the remote has
// them is taken for granted until it lacks one: only then it is asked which it has.
import { lstatSync } from "node:fs";
import { isMvError, type MvError } from "../../errors.ts";
import type { ObjectRef, Remote } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";

export interface Received {
  /** In the cache now. */
  ok: ObjectRef[];
  /** The remote has other bytes under that name; they are in quarantine. */
  wrong: ObjectRef[];
  /** What ended it before all had come, such as a remote that went away; what came until then counts. */
  failure: MvError | null;
}

/** What is received at once: while one batch is hashed and made durable, the next one arrives. */
const BATCH_COUNT = 2000;
const BATCH_BYTES = 1024 * 1024 * 1024;

/** Receives those of the objects that the remote holds. Throws what concerns this machine: no-space, no-write. */
export async function receiveFrom(
  project: Project,
  remote: Remote,
  wanted: readonly ObjectRef[],
  jobs: number,
): Promise<Received> {
  const store = await project.store();
  await store.requireRoom(wanted);
  const received: Received = { ok: [], wrong: [], failure: null };
  const options: ReceiveOptions = { jobs, onBytes: showProgress(project, wanted), lacksSome: false };
  let adopting: Promise<void> = Promise.resolve();
  const adopt = async (batch: Batch): Promise<void> => {
    const states = await store.adopt(batch.done);
    const again = batch.done.filter((_, at) => states[at]?.state === "wrong");
    received.ok.push(
      ...batch.done.filter((_, at) => states[at]?.state === "ok").map(({ sha256, size }) => ({ sha256, size })),
    );
    // The part that it began with may have been another remote's.
    const fresh = again.filter(({ sha256 }) => batch.resumed.has(sha256));
    received.wrong.push(...again.filter(({ sha256 }) => !batch.resumed.has(sha256)), ...batch.wrong);
    if (fresh.length === 0) return;
    const second = await receiveBatch(project, remote, fresh, options);
    await adopt({ ...second, resumed: new Set() });
  };
  for (const batch of batches(wanted)) {
    const came = await receiveBatch(project, remote, batch, options);
    await adopting;
    adopting = adopt(came);
    // Its failure is seen when it is awaited.
    adopting.catch(() => undefined);
    received.failure = came.failure;
    if (came.failure !== null) break;
  }
  await adopting;
  return received;
}

interface Batch {
  /** `hashed`: the SHA-256 of what came, where the remote's own code hashed it on its way into the file. */
  done: (ObjectRef & { hashed?: string | undefined })[];
  wrong: ObjectRef[];
  /** Those that began with a part of an earlier fetch. */
  resumed: Set<string>;
  failure: MvError | null;
}

interface ReceiveOptions {
  readonly jobs: number;
  readonly onBytes: (count: number) => void;
  /** The remote has lacked one: it is asked before it is asked for more. */
  lacksSome: boolean;
}

async function receiveBatch(
  project: Project,
  remote: Remote,
  objects: readonly ObjectRef[],
  options: ReceiveOptions,
): Promise<Batch> {
  const store = await project.store();
  const batch: Batch = { done: [], wrong: [], resumed: new Set(), failure: null };
  let left = objects.map((object) => ({ ...object, file: store.incoming(object.sha256) }));
  for (const { sha256, file } of left) if (sizeOf(file) > 0) batch.resumed.add(sha256);
  let isAsked = false;
  while (left.length > 0) {
    const done = new Set<string>();
    try {
      if (options.lacksSome && !isAsked) {
        const held = await remote.has(left);
        left = left.filter(({ sha256 }) => held.has(sha256));
        isAsked = true;
        if (left.length === 0) return batch;
      }
      await remote.receive(left, {
        ...options,
        onDone: ({ sha256, size }, hashed) => {
          done.add(sha256);
          batch.done.push({ sha256, size, hashed });
        },
      });
      return batch;
    } catch (error) {
      // One object that is gone, or of another size, does not keep the others away.
      const culprit = isMvError(error) ? error.details["sha256"] : undefined;
      const object = left.find(({ sha256 }) => sha256 === culprit && !done.has(sha256));
      if (isMvError(error) && object && (error.code === "object-missing" || error.code === "bytes-wrong")) {
        if (error.code === "object-missing") options.lacksSome = true;
        else batch.wrong.push({ sha256: object.sha256, size: object.size });
        left = left.filter(({ sha256 }) => sha256 !== culprit && !done.has(sha256));
        continue;
      }
      if (!isMvError(error) || !OF_THE_WAY.has(error.code)) throw error;
      batch.failure = error;
      return batch;
    }
  }
  return batch;
}

const OF_THE_WAY = new Set(["unreachable", "denied", "host-key", "too-big"]);

function* batches(objects: readonly ObjectRef[]): Generator<ObjectRef[]> {
  let batch: ObjectRef[] = [];
  let bytes = 0;
  for (const object of objects) {
    if (batch.length >= BATCH_COUNT || (batch.length > 0 && bytes + object.size > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(object);
    bytes += object.size;
  }
  if (batch.length > 0) yield batch;
}

function showProgress(project: Project, objects: readonly ObjectRef[]): (count: number) => void {
  const total = objects.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  return (count) => {
    bytes += count;
    project.report({ phase: "Fetching", bytes, total, files: objects.length });
  };
}

function sizeOf(file: string): number {
  return lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
