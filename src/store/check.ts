// Reading every byte of objects again, for `verify`: SHA-256 alone decides.
import { lstatSync } from "node:fs";
import type { Workers } from "../platform/workers.ts";
import type { Progress, Sha } from "./bytes.ts";
import { hashFiles } from "./hash-files.ts";
import type { Objects } from "./objects.ts";

export interface Checked {
  sha256: Sha;
  state: "ok" | "absent" | "rotten";
}

/** From that size on a file has a stream of its own. */
const LARGE = 64 * 1024 * 1024;

/** The state of each object, in the order asked; rotten ones, and what is no regular file, go to quarantine. */
export async function checkObjects(
  { objects, workers }: { objects: Objects; workers: Workers },
  shas: readonly Sha[],
  progress?: Progress,
): Promise<Checked[]> {
  const sizes = new Map([...new Set(shas)].map((sha256) => [sha256, objects.stat(sha256)?.size ?? null] as const));
  const present = [...sizes].flatMap(([sha256, size]) =>
    size === null ? [] : [{ sha256, size, path: objects.path(sha256) }],
  );
  const total = present.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const onBytes = (bytes: number): void =>
    progress?.({ phase: "Verifying", bytes: (done += bytes), total, files: present.length });
  const found = new Map<Sha, Sha>();
  const small = present.filter(({ size }) => size < LARGE);
  try {
    const hashed = await hashFiles(workers, small, onBytes, "sha256");
    for (const [at, { sha256 }] of small.entries()) found.set(sha256, hashed[at]?.sha256 ?? "");
  } catch {
    // One that cannot be read must not hide the state of the others: one by one, below.
  }
  for (const { sha256 } of present) {
    if (found.has(sha256)) continue;
    const isGood = await objects.isGood(sha256, onBytes).catch(() => false);
    found.set(sha256, isGood ? sha256 : "");
  }
  const states = new Map<Sha, Checked["state"]>();
  for (const sha256 of sizes.keys()) {
    const isOk = found.get(sha256) === sha256;
    const isThere = lstatSync(objects.path(sha256), { throwIfNoEntry: false }) !== undefined;
    if (!isOk && isThere) objects.reject(sha256);
    states.set(sha256, isOk ? "ok" : isThere ? "rotten" : "absent");
  }
  return shas.map((sha256) => ({ sha256, state: states.get(sha256) ?? "absent" }));
}
