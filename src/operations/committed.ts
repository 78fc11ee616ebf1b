// What HEAD says of the models: the state that the working tree's records are compared with.
import { isMvError } from "../errors.ts";
import { type ModelRecord, parseRecord } from "../model/record.ts";
import type { Project } from "./project.ts";
import { modelNames } from "./versions.ts";

export interface Head {
  oid: string | null;
  /** Short name; null where HEAD is detached. */
  branch: string | null;
  /** The models' records; null where HEAD has none, or none that can be read. */
  records: ReadonlyMap<string, ModelRecord | null>;
}

/** Reads HEAD and its records: one question for all of them. */
export async function readHead(project: Project): Promise<Head> {
  const { oid, branch } = await project.git.head();
  const records = new Map<string, ModelRecord | null>(modelNames(project).map((model) => [model, null]));
  if (oid === null) return { oid, branch, records };
  const models = Object.entries(project.settings.models);
  const blobs = await project.git.readPaths(models.map(([, { record }]) => ({ rev: oid, path: record })));
  for (const [at, [model, { record }]] of models.entries()) {
    const blob = blobs[at];
    if (blob) records.set(model, read(blob.toString("utf8"), `${oid}:${record}`));
  }
  return { oid, branch, records };
}

function read(text: string, file: string): ModelRecord | null {
  try {
    return parseRecord(text, file);
  } catch (error) {
    // `mv check` names it; here it says nothing that could be kept.
    if (isMvError(error)) return null;
    throw error;
  }
}
