// What HEAD says of the models: the state that the working tree's records are compared with.
import { isMvError } from "../errors.ts";
import { type ModelRecord, parseRecord } from "../model/record.ts";
import type { Project } from "./project.ts";
import type { Snapshot } from "./snapshot.ts";
import { modelNames } from "./versions.ts";

export interface Head {
  oid: string | null;
  /** Short name; null where HEAD is detached. */
  branch: string | null;
  /** The models' records; null where HEAD has none, or none that can be read. */
  records: ReadonlyMap<string, ModelRecord | null>;
}

/**
 * Reads HEAD and its records: one question for all of them. A record whose text the snapshot has too is not parsed again.
 */
export async function readHead(project: Project, known?: Promise<Snapshot> | Snapshot): Promise<Head> {
  const { oid, branch } = await project.git.head();
  const records = new Map<string, ModelRecord | null>(modelNames(project).map((model) => [model, null]));
  if (oid === null) return { oid, branch, records };
  const models = Object.entries(project.settings.models);
  const [blobs, snapshot] = await Promise.all([
    project.git.readPaths(models.map(([, { record }]) => ({ rev: oid, path: record }))),
    known,
  ]);
  for (const [at, [model, { record }]] of models.entries()) {
    const blob = blobs[at];
    const text = blob?.toString("utf8");
    const here = snapshot?.records.get(model);
    if (text !== undefined) records.set(model, here?.text === text ? here.record : read(text, `${oid}:${record}`));
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
