// What every kind of `mv get` does around its own work: opens the source, builds the folder of -o, and names the address in errors.
import { resolve } from "node:path";
import { isMvError, MvError } from "../../errors.ts";
import type { Surroundings } from "../project.ts";
import { type Building, replaceFolder } from "./folder.ts";
import { openSource, type Source } from "./source.ts";

export interface Getting extends Pick<Building, "treeFor"> {
  source: Source;
  /** The folder, absolute. */
  folder: string;
}

interface Asked {
  source: string;
  into: string;
  force?: boolean | undefined;
}

/**
 * Builds the folder by `work`, which gives the result, unchanged where the folder holds all of it already. The folder is wholly the
 * one before or wholly the new one, after a kill too. Throws what opening the source and replacing the folder throw.
 */
export async function buildFolder<Result extends { changed: boolean }>(
  around: Surroundings,
  asked: Asked,
  work: (getting: Getting) => Promise<Result>,
): Promise<Result> {
  const folder = resolve(around.cwd, asked.into);
  let result: Result | undefined;
  const options = { name: asked.into, force: asked.force === true, around };
  await replaceFolder(folder, options, async ({ scratch, treeFor }) => {
    const source = await openSource(around, asked.source, scratch);
    try {
      result = await work({ source, folder, treeFor });
      return result.changed;
    } finally {
      await source.close();
    }
  }).catch((error: unknown) => {
    throw namedByAddress(error, asked.source);
  });
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
