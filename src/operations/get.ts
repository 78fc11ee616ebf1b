// mv get: one version's artifacts from a Git repository or straight from a store, into a folder, for a container or a script.
import { resolve } from "node:path";
import { isMvError, MvError } from "../errors.ts";
import { bring, digestOf } from "./get/bring.ts";
import { choose } from "./get/choose.ts";
import { replaceFolder } from "./get/folder.ts";
import { holds } from "./get/held.ts";
import { requireSigned } from "./get/signed.ts";
import { openSource } from "./get/source.ts";
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
export async function get(around: Surroundings, input: GetInput): Promise<GetResult> {
  return getInto(around, input).catch((error: unknown) => {
    throw namedByAddress(error, input.source);
  });
}

async function getInto(around: Surroundings, input: GetInput): Promise<GetResult> {
  const folder = resolve(around.cwd, input.into);
  let result: GetResult | undefined;
  await replaceFolder(
    folder,
    { name: input.into, force: input.force === true, around },
    async ({ scratch, treeFor }) => {
      const source = await openSource(around, input.source, scratch);
      try {
        const wanted = await findWanted(source, input.version);
        if (input.allowedSigners !== undefined) {
          const { assigned } = wanted;
          await requireSigned({ releases: [wanted], assigned }, input.allowedSigners, around);
        }
        const stores = createStores(source);
        const pieces = await choose(wanted.release, { paths: input.paths, data: input.data === true }, stores);
        const before = input.ifChanged ? readStamp(folder) : null;
        if (before !== null && (await holds(before, folder, wanted.release, pieces))) {
          result = { ...before, folder, changed: false, files: 0, bytes: 0 };
          return false;
        }
        const tree = treeFor(digestOf(wanted.release.oid, pieces));
        const { jobs } = input;
        const options = { source: source.url, jobs, reuse: [folder], report: around.report };
        const { stamp, files, bytes } = await bring(stores, wanted, pieces, tree, options);
        result = { ...stamp, folder, changed: true, files, bytes };
        return true;
      } finally {
        await source.close();
      }
    },
  );
  if (!result) throw new MvError("internal", "nothing was built and nothing was said");
  return result;
}

/** A store that is named by its address stands in no settings, so that `mv remote test` does not know it. */
function namedByAddress(error: unknown, address: string): unknown {
  if (!isMvError(error) || error.hint !== "mv remote test store") return error;
  const endpoint = /^s3:/i.test(address)
    ? "; of a server that is not Amazon's: AWS_ENDPOINT_URL_S3=https://HOST mv get …"
    : "";
  return new MvError(error.code, error.message, {
    hint: `check the address and your access to it${endpoint}`,
    details: error.details,
    cause: error,
  });
}
