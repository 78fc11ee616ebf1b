// Objects that become files by a rename, where the disk has no room for both. A store is known to hold them.
import { chmodSync, renameSync } from "node:fs";
import { writeError } from "../platform/file-errors.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { hashFiles } from "./hash-files.ts";
import type { Placing } from "./place.ts";
import type { Plan, Write } from "./place-plan.ts";
import { modeOf, umask } from "./place-write.ts";

/** Moves what is to be moved into the plans' scratch folders; call it after all that is copied. Throws bytes-wrong, no-write. */
export async function moveAll({ objects, workers }: Placing, plans: readonly Plan[]): Promise<void> {
  const moving = plans.flatMap(({ item, writes }) =>
    writes.filter(({ moves }) => moves === true).map((write) => ({ write, key: item.key })),
  );
  const sources = moving.map(({ write }) => ({ path: objects.path(write.sha256), size: write.size }));
  const hashed = await hashFiles(workers, sources, () => undefined, "sha256");
  for (const [at, { write, key }] of moving.entries()) {
    if (hashed[at]?.sha256 === write.sha256) continue;
    throw objects.reject(write.sha256, write.path === "" ? key : `${key}/${write.path}`);
  }
  for (const { write } of moving) {
    try {
      renameSync(objects.path(write.sha256), write.temp);
      chmodSync(write.temp, modeOf(write) & ~umask());
    } catch (error) {
      throw writeError(error, write.target);
    }
  }
}

/** What was moved and has not got its name in the tree goes back into the cache. */
export function takeBack({ objects }: Placing, plans: readonly Plan[]): void {
  for (const write of plans.flatMap(({ writes }) => writes)) if (write.moves === true) giveBack(objects, write);
}

function giveBack(objects: Placing["objects"], { sha256, temp }: Write): void {
  const object = objects.path(sha256);
  if (lstatOrNull(temp) === null || lstatOrNull(object) !== null) return;
  renameSync(temp, object);
  chmodSync(object, 0o444);
}
