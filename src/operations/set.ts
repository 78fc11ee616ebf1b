// mv set: fields of a record by hand. What is derived from bytes, or is a version, has its own command.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { parseRecord, updateRecord } from "../model/record.ts";
import type { Value } from "../model/value.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import type { Project } from "./project.ts";
import { readSnapshot } from "./snapshot.ts";
import { oneModel } from "./versions.ts";

const DERIVED: Readonly<Record<string, string>> = {
  schema: "it is the format's own",
  model_name: "it is the model's identity",
  version: "mv bump VERSION, or mv tag VERSION",
  content: "mv add FILE",
  artifacts: "mv add FILE",
  datasets: "mv add FILE --dataset",
};

/** Fields whose text is kept as typed, whatever it looks like. */
const TEXTS = new Set([
  "training_date",
  "dataset_snapshot_id",
  "feature_set_version",
  "reason",
  "description",
  "owner",
  "license",
  "base_model",
  "note",
]);

export interface SetInput {
  model?: string | undefined;
  /** Dotted keys and their values. */
  values: readonly (readonly [string, Value])[];
  unset: readonly string[];
}

export interface SetResult {
  model: string;
  record: string;
  changed: string[];
}

/** Sets and removes fields; stages the record. */
export async function set(project: Project, input: SetInput): Promise<SetResult> {
  return changing(project, async () => {
    const model = oneModel(project, input.model);
    const snapshot = await readSnapshot(project, "worktree");
    const found = snapshot.records.get(model);
    if (!found) throw new MvError("nothing-to-release", `${model} has no record yet`, { hint: "mv add FILE" });
    const patch: Record<string, Value | undefined> = {};
    for (const [key, value] of input.values) patch[checked(key)] = isText(key) ? asText(value) : value;
    for (const key of input.unset) patch[checked(key)] = undefined;
    const text = updateRecord(found.text, found.path, patch);
    parseRecord(text, found.path);
    if (text !== found.text) {
      await writeFileAtomic(join(project.root, found.path), text, { durable: true });
      await project.git.stage([found.path]);
    }
    return { model, record: found.path, changed: text === found.text ? [] : Object.keys(patch) };
  });
}

function checked(key: string): string {
  const [top = ""] = key.split(".");
  const own = Object.hasOwn(DERIVED, top) ? DERIVED[top] : undefined;
  if (own !== undefined) throw new MvError("usage", `${top} is not set by hand`, { hint: own });
  if (!/^[^\s.][^\n]*$/.test(key) || key.split(".").includes("")) {
    throw new MvError("usage", `${JSON.stringify(key)} is not a field name`, { hint: "mv set metrics.accuracy=0.91" });
  }
  return key;
}

function isText(key: string): boolean {
  return TEXTS.has(key) || key.startsWith("library_versions.") || key.startsWith("environment.");
}

function asText(value: Value): Value {
  return typeof value === "object" && value !== null && "text" in value ? (value as { text: string }).text : value;
}
