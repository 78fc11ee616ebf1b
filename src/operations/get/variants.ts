// mv get --variants: every version of a stage's rollout, each in a folder of its own, and rollout.json beside them.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GetInput } from "../get.ts";
import type { Surroundings } from "../project.ts";
import { bring, digestOf } from "./bring.ts";
import { buildFolder } from "./build.ts";
import { choose, type Piece } from "./choose.ts";
import { holds } from "./held.ts";
import { formatRolloutFile, readRolloutFile, ROLLOUT_FILE, type RolloutFile, rolloutFileOf } from "./rollout-file.ts";
import { requireSigned } from "./signed.ts";
import { readStamp } from "./stamp.ts";
import { createStores } from "./stores.ts";
import { findVariants, type Wanted } from "./wanted.ts";

export interface GetVariantsResult extends RolloutFile {
  /** The folder, absolute; each variant is in its own `folder` below. */
  folder: string;
  /** False where the folder held all of it already. */
  changed: boolean;
  files: number;
  bytes: number;
}

/** A variant, and which of its files are wanted. */
interface Variant {
  wanted: Wanted;
  pieces: Piece[];
}

/**
 * Gets all variants of a stage. The folder is wholly the rollout before or wholly the new one, after a kill too. Throws usage
 * where no stage is named, and what `get` throws.
 */
export function getVariants(around: Surroundings, input: GetInput): Promise<GetVariantsResult> {
  return buildFolder(around, input, async ({ source, folder, treeFor }) => {
    const { assigned, variants: releases } = await findVariants(source, input.version);
    if (input.allowedSigners !== undefined) {
      await requireSigned({ releases, assigned }, input.allowedSigners, around);
    }
    const stores = createStores(source);
    const choice = { paths: input.paths, data: input.data === true };
    const variants: Variant[] = [];
    for (const wanted of releases) variants.push({ wanted, pieces: await choose(wanted.release, choice, stores) });
    const made = rolloutFileOf(
      assigned.assignment,
      releases.map(({ release }) => release),
      source.url,
    );
    if (input.ifChanged && (await holdsAll(folder, made, variants))) {
      return { ...made, folder, changed: false, files: 0, bytes: 0 };
    }
    const tree = treeFor(digestOfAll(variants));
    const before = readRolloutFile(folder)?.variants.map((variant) => join(folder, variant.folder)) ?? [];
    let [files, bytes] = [0, 0];
    for (const { wanted, pieces } of variants) {
      const own = join(folder, wanted.release.version);
      const reuse = [own, ...before.filter((path) => path !== own), folder];
      const { jobs } = input;
      const options = { source: source.url, jobs, reuse, report: around.report };
      const brought = await bring(stores, wanted, pieces, join(tree, wanted.release.version), options);
      files += brought.files;
      bytes += brought.bytes;
    }
    writeFileSync(join(tree, ROLLOUT_FILE), formatRolloutFile(made));
    return { ...made, folder, changed: true, files, bytes };
  });
}

/** Whether the folder has this very assignment with all its files. */
async function holdsAll(folder: string, made: RolloutFile, variants: readonly Variant[]): Promise<boolean> {
  const before = readRolloutFile(folder);
  if (before === null || JSON.stringify({ ...before, source: made.source }) !== JSON.stringify(made)) return false;
  for (const { wanted, pieces } of variants) {
    const own = join(folder, wanted.release.version);
    const stamp = readStamp(own);
    if (stamp === null || !(await holds(stamp, own, wanted.release, pieces))) return false;
  }
  return true;
}

/** Of the versions and the files that are wanted of them: weights may change while a call is interrupted. */
function digestOfAll(variants: readonly Variant[]): string {
  const hash = createHash("sha256").update("variants");
  for (const { wanted, pieces } of variants) hash.update(digestOf(wanted.release.oid, pieces));
  return hash.digest("hex");
}
