// models/<model>/stages/<stage>.json of a store: a copy of the stage's latest assignment that proves itself.
import { type Assignment, checkStageName, parseAssignment } from "./assignment.ts";
import { MvError } from "../errors.ts";
import { readTagCopy } from "./tag-copy.ts";
import { TAG_MAX_BYTES } from "./tag-object.ts";
import { checkModelName } from "./version.ts";

/** Base64 of a tag at its largest, and room for the rest. */
export const STAGE_FILE_MAX_BYTES = Math.ceil((TAG_MAX_BYTES * 4) / 3) + (1 << 16);

/** Where a stage's file is, from the top of the store. */
export function stageFilePath(model: string, stage: string): string {
  if (checkModelName(model) !== null || checkStageName(stage) !== null) {
    throw new MvError("invalid-file", `${JSON.stringify(model)} ${JSON.stringify(stage)} names no stage`);
  }
  return `models/${model}/stages/${stage}.json`;
}

/** The file of a stage: keys sorted, one line, as every file of a store. `raw` is the assignment's tag object. */
export function formatStageFile({ model, stage, tag, oid }: StageFileNames, raw: Uint8Array): string {
  return `${JSON.stringify({ model, oid, raw: Buffer.from(raw).toString("base64"), schema: 1, stage, tag })}\n`;
}

type StageFileNames = Pick<Assignment, "model" | "stage" | "tag" | "oid">;

/** Reads a stage file that may be hostile, as parseReleaseFile does. Throws MvError invalid-file. */
export function parseStageFile(bytes: Uint8Array, file: string): { assignment: Assignment; raw: Buffer } {
  const { fields, oid, raw, refuse } = readTagCopy(bytes, file, STAGE_FILE_MAX_BYTES);
  const assignment = parseAssignment(raw, oid);
  if (assignment === null) throw refuse("its tag object is no assignment");
  for (const key of ["model", "stage", "tag"] as const) {
    if (fields[key] !== assignment[key]) throw refuse(`its ${key} is not that of its tag, which is ${assignment[key]}`);
  }
  return { assignment, raw };
}
