// What a remote that can be written to must do: put, refuse wrong bytes, confirm, get, resume, list, named files, remove. Tried
// with objects of odd sizes that are made for it and removed again.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { ObjectRef, Remote, Transfer } from "../../remotes/remote.ts";
import { isMvError } from "../../errors.ts";
import { isWhole, type Scratch } from "./scratch.ts";
import { rate, type Steps, wrong } from "./steps.ts";

const MiB = 1024 * 1024;
const SIZES = [0, 1, 65_537, MiB - 1, 8 * MiB + 1];
/** Where nothing can be deleted, what is put stays: little, and the same in every test. */
const STAYING_SIZES = [1, 1021, 65_537];
const SPEED_SIZE = 32 * MiB;
/** A slow remote's speed is told from less. */
const SPEED_FROM = 4 * MiB;
/** Looked through for our own objects, no further. */
const LISTED_MOST = 100_000;
const JOBS = 4;

export interface Speed {
  /** Bytes per second; null where it was not measured. */
  put: number | null;
  get: number | null;
}

export interface Certified {
  speed: Speed;
  /** How many objects of the test stay on the remote. */
  left: number;
}

export async function certify(remote: Remote, scratch: Scratch, steps: Steps): Promise<Certified> {
  const staying = !remote.abilities.remove;
  const sent = (staying ? STAYING_SIZES : SIZES).map((size) => scratch.object(size, staying));
  const large: Transfer[] = [];
  const speed: Speed = { put: null, get: null };
  try {
    await steps.run("put", () => put(remote, sent));
    // Nothing can be told of a remote that takes nothing.
    if (steps.checks.some(({ state }) => state === "failed")) return { speed, left: 0 };
    await steps.run("refuse", () => refuse(remote, scratch));
    await steps.run("has", () => has(remote, sent, scratch));
    await steps.run("get", () => get(remote, sent, scratch));
    await steps.run("resume", () => resume(remote, sent.at(-1), scratch));
    await steps.run("read", () => read(remote, sent[2]));
    if (!staying) await measure(remote, scratch, speed, large);
    if (remote.abilities.list) await steps.run("list", () => list(remote, sent));
    else steps.skip("list", "unable", "it cannot list what it holds, so gc --remote cannot work here");
    if (remote.abilities.files) await files(remote, steps);
    else steps.skip("files", "unable", "it keeps objects only: mv get needs the Git remote beside it");
  } finally {
    if (staying) steps.skip("remove", "unable", "nothing can be deleted there; the test's few small objects stay");
    else await steps.run("remove", () => remove(remote, [...sent, ...large]));
  }
  const held = staying ? await remote.has(sent).catch(() => new Set(sent)) : new Set();
  return { speed, left: held.size };
}

async function put(remote: Remote, sent: readonly Transfer[]): Promise<string> {
  const done = new Set<string>();
  await remote.send(sent, { jobs: JOBS, onDone: ({ sha256 }) => done.add(sha256) });
  if (done.size !== sent.length) throw wrong(`${sent.length} objects were sent, ${done.size} were confirmed`);
  await remote.send(sent, { jobs: JOBS });
  const sizes = sent.map(({ size }) => size);
  return `${sent.length} objects of ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes, twice`;
}

async function refuse(remote: Remote, scratch: Scratch): Promise<string> {
  const object = scratch.object(1000);
  writeFileSync(object.file, Buffer.alloc(object.size, "x"));
  const outcome = await remote.send([object], { jobs: 1 }).then(
    () => "taken",
    (error: unknown) => {
      if (isMvError(error) && error.code === "bytes-wrong") return "refused";
      throw error;
    },
  );
  if (outcome === "taken" || (await remote.has([object])).size > 0) {
    if (remote.abilities.remove) await remote.remove([object.sha256]);
    throw wrong("it took bytes that are not those of the object's name");
  }
  return "wrong bytes are refused";
}

async function has(remote: Remote, sent: readonly Transfer[], scratch: Scratch): Promise<string> {
  const absent = scratch.object(77);
  const held = await remote.has([...sent, absent]);
  const lost = sent.filter(({ sha256 }) => !held.has(sha256));
  if (lost.length > 0) throw wrong(`it does not confirm ${lost.length} of ${sent.length} objects that it took`);
  if (held.has(absent.sha256)) throw wrong("it confirms an object that was never sent");
  return "what is there is told from what is not";
}

/** Every object back, and its bytes compared. */
export async function get(remote: Remote, sent: readonly ObjectRef[], scratch: Scratch): Promise<string> {
  const back = sent.map((object) => scratch.target(object));
  await remote.receive(back, { jobs: JOBS });
  const broken = back.filter((object) => !isWhole(object));
  if (broken.length > 0) throw wrong(`${broken.length} of ${back.length} objects came back with other bytes`);
  return `${back.length} ${back.length === 1 ? "object" : "objects"}, byte for byte`;
}

async function resume(remote: Remote, object: Transfer | undefined, scratch: Scratch): Promise<string> {
  if (!object) return "";
  return goOn(remote, object, scratch);
}

/** Receives an object of which a third is here already. */
export async function goOn(remote: Remote, object: Transfer, scratch: Scratch): Promise<string> {
  const have = Math.floor(object.size / 3);
  const back = scratch.target(object, object.file, have);
  let bytes = 0;
  await remote.receive([back], { jobs: 1, onBytes: (count) => (bytes += count) });
  if (!isWhole(back)) throw wrong("a download that was interrupted ends with other bytes");
  return bytes <= object.size - have ? "goes on where it stopped" : "starts again from the beginning";
}

async function read(remote: Remote, object: Transfer | undefined): Promise<string> {
  if (object && (await remote.read(object.sha256, object.size)) === null)
    throw wrong("it does not give a small object");
  return "a folder's manifest can be read";
}

async function measure(remote: Remote, scratch: Scratch, speed: Speed, large: Transfer[]): Promise<void> {
  for (const size of [SPEED_FROM, SPEED_SIZE]) {
    const object = scratch.object(size);
    large.push(object);
    speed.put = await rate(size, () => remote.send([object], { jobs: 1 }));
    speed.get = await rate(size, () => remote.receive([scratch.target(object)], { jobs: 1 }));
    if ((speed.put ?? SPEED_SIZE) < SPEED_FROM) return;
  }
}

async function list(remote: Remote, sent: readonly ObjectRef[]): Promise<string> {
  const missing = new Map(sent.map((object) => [object.sha256, object.size]));
  let count = 0;
  for await (const { sha256, size } of remote.list()) {
    if (missing.get(sha256) === size) missing.delete(sha256);
    count += 1;
    if (missing.size === 0 || count >= LISTED_MOST) break;
  }
  if (missing.size > 0 && count < LISTED_MOST)
    throw wrong(`the listing lacks ${missing.size} of ${sent.length} objects`);
  return missing.size > 0 ? `the first ${count} objects were looked at` : "what was put is listed";
}

async function files(remote: Remote, steps: Steps): Promise<void> {
  const path = `scratch/test-${randomUUID()}.json`;
  const text = (word: string): Buffer => Buffer.from(JSON.stringify({ word }));
  try {
    await steps.run("files", async () => {
      await remote.writeFile(path, text("one"));
      const now = await remote.readFile(path, 1000);
      if (now?.bytes.equals(text("one")) !== true) throw wrong("a named file comes back with other bytes");
      if (!(await remote.listFiles("scratch")).includes(path)) throw wrong("a named file is not listed");
      return "named files are written, read and listed";
    });
    await steps.run("conditional", async () => {
      if (await remote.writeFile(path, text("two"), null)) throw wrong("it overwrites a file that must not exist");
      const mark = (await remote.readFile(path, 1000))?.mark;
      if (!(await remote.writeFile(path, text("two"), mark))) throw wrong("it refuses a change that nobody else made");
      if (await remote.writeFile(path, text("three"), mark)) throw wrong("it overwrites another's change");
      return "of two writers at once, one wins";
    });
  } finally {
    await remote.removeFile(path).catch(() => undefined);
  }
}

async function remove(remote: Remote, objects: readonly ObjectRef[]): Promise<string> {
  await remote.remove(objects.map(({ sha256 }) => sha256));
  const left = await remote.has(objects);
  if (left.size > 0) throw wrong(`${left.size} of the test's objects are still there`);
  return "the test's own objects are gone again";
}
