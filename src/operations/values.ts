// Reads the params and metrics files that a user names.
import { resolve } from "node:path";
import { readValues } from "../environment/values.ts";
import type { ValueMap } from "../model/value.ts";

/** The maps of several files, later ones over earlier ones. Fails with invalid-file naming the file. */
export async function readGivenFiles(cwd: string, files: readonly string[]): Promise<ValueMap> {
  const maps = await Promise.all(files.map((file) => readValues(resolve(cwd, file), file)));
  return Object.assign({}, ...maps) as ValueMap;
}
