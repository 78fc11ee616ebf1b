// mv get: one version's artifacts from a Git repository or straight from a store, into a folder, for a container or a script.
import { bring, digestOf } from "./get/bring.ts";
import { buildFolder } from "./get/build.ts";
import { choose } from "./get/choose.ts";
import { holds } from "./get/held.ts";
import { requireSigned } from "./get/signed.ts";
import { readStamp, type Stamp } from "./get/stamp.ts";
import { createStores } from "./get/stores.ts";
import { findWanted } from "./get/wanted.ts";
import type { Surroundings } from "./project.ts";

export interface GetInput {
  /** A Git repository's address or path, or a store's. */
  source: string;
  /** MODEL, VERSION, MODEL@VERSION or MODEL@STAGE; undefined: the only model's newest release. */
  version?: string | undefined;
  /** Artifacts, folders that hold some, files inside one, or globs; none: all of the model's. */
  paths: readonly string[];
  into: string;
  /** Data that it was trained on, too. */
  data?: boolean | undefined;
  /** Do nothing where the folder holds that version. */
  ifChanged?: boolean | undefined;
  /** Replace a folder that holds other things. */
  force?: boolean | undefined;
  /** An allowed-signers file: the tags of the release, and of the assignment of a stage, must be signed by their taggers. */
  allowedSigners?: string | undefined;
  jobs?: number | undefined;
}

export interface GetResult extends Stamp {
  /** The folder, absolute. */
  folder: string;
  /** False where the folder held that version already. */
  changed: boolean;
  files: number;
  bytes: number;
}

/** Gets a version. The folder is wholly the one before or wholly the new one, after a kill too. */
export function get(around: Surroundings, input: GetInput): Promise<GetResult> {
  return buildFolder(around, input, async ({ source, folder, treeFor }) => {
    const wanted = await findWanted(source, input.version);
    const { release, assigned } = wanted;
    if (input.allowedSigners !== undefined) {
      await requireSigned({ releases: [wanted], assigned }, input.allowedSigners, around);
    }
    const stores = createStores(source);
    const pieces = await choose(release, { paths: input.paths, data: input.data === true }, stores);
    const before = input.ifChanged ? readStamp(folder) : null;
    if (before !== null && (await holds(before, folder, release, pieces))) {
      return { ...before, folder, changed: false, files: 0, bytes: 0 };
    }
    const tree = treeFor(digestOf(release.oid, pieces));
    const { jobs } = input;
    const options = { source: source.url, jobs, reuse: [folder], report: around.report };
    const { stamp, files, bytes } = await bring(stores, wanted, pieces, tree, options);
    return { ...stamp, folder, changed: true, files, bytes };
  });
}
