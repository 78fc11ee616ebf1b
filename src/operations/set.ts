// mv set: fields of a record by hand. What is derived from bytes, or is a version, has its own command.
import { join } from "node:path";
import { isMvError, MvError } from "../errors.ts";
import { isDay } from "../model/day.ts";
import { type ModelRecord, parseRecord, updateRecord } from "../model/record.ts";
import { isMap, sameValue, type Value, type ValueMap } from "../model/value.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import { correctionCommand } from "./check/metadata.ts";
import { warnOfOtherBytes } from "./described-bytes.ts";
import { overwriting } from "./overwriting.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { requireSettled } from "./settled.ts";
import { readSnapshot } from "./snapshot.ts";
import { stageChanged } from "./staging.ts";
import { quoted } from "./targets.ts";
import { oneModel } from "./versions.ts";

/** Fields that are not set by hand: why, and the command that does it. */
const DERIVED: Readonly<Record<string, readonly [why: string, hint: string | undefined]>> = {
  schema: ["it is the format's own", undefined],
  model_name: ["it is what the model is called in .mversion.yaml", "mv init --model NAME"],
  version: ["a version has commands of its own", "mv bump VERSION, or mv tag VERSION -m WHY"],
  content: ["it is the hash of the artifacts", "mv add FILE"],
  artifacts: ["it is what was added", "mv add FILE, or mv remove FILE"],
  datasets: ["it is the data that was added", "mv add FILE --dataset, or mv remove FILE --model NAME"],
};

export interface SetInput {
  model?: string | undefined;
  /** Dotted keys and their values. */
  values: readonly (readonly [string, Value])[];
  unset: readonly string[];
}

export interface SetResult {
  model: string;
  record: string;
  /** The keys whose value is another now. */
  changed: string[];
  /** Where the declared version is released: the command that tags the correction. */
  correction: string | null;
}

/** Sets and removes fields; stages the record. */
export async function set(project: Project, input: SetInput): Promise<SetResult> {
  return changing(project, async () => {
    const model = oneModel(project, input.model);
    const patch = patchOf(input);
    const snapshot = await readSnapshot(project, "worktree");
    const found = snapshot.records.get(model);
    if (!found) throw new MvError("nothing-to-release", `${model} has no record yet`, { hint: "mv add FILE" });
    await requireSettled(project, [found.path]);
    const text = updateRecord(found.text, found.path, patch);
    const after = readable(text, found.path);
    if (text !== found.text) await writeFileAtomic(join(project.root, found.path), text);
    await stageChanged(project, [found.path]);
    const changed = Object.keys(patch).filter(
      (key) => !sameValue(valueAt(found.record.fields, key), valueAt(after.fields, key)),
    );
    await warnOfOtherBytes(project, snapshot, after, changed);
    const releases = await readReleases(project);
    const isReleased = releases.find(model, after.version) && overwriting(releases, { model, ...after }, null) === null;
    const correction =
      isReleased && changed.length > 0 ? correctionCommand(project, releases, model, after.version) : null;
    return { model, record: found.path, changed, correction };
  });
}

/** The record with the fields set. What the format does not allow is the fault of what was typed, not of the file. */
function readable(text: string, path: string): ModelRecord {
  try {
    return parseRecord(text, path);
  } catch (error) {
    if (!isMvError(error) || error.code !== "invalid-file") throw error;
    throw new MvError("usage", error.message.replace(/^.*?:\d+: /, ""), {
      hint: "mv set metrics.accuracy=0.91 'features=[age, income]'",
    });
  }
}

function patchOf({ values, unset }: SetInput): Record<string, Value | undefined> {
  const patch: Record<string, Value | undefined> = Object.create(null) as Record<string, Value | undefined>;
  for (const [key, value] of [...values, ...unset.map((key) => [key, undefined] as const)]) {
    requireSettable(key);
    if (key === "training_date" && value !== undefined) requireDay(value);
    if (key.startsWith("metrics.") && value !== undefined) requireNumber(key, value);
    if (Object.hasOwn(patch, key)) throw new MvError("usage", `${key} is given twice`, { hint: `mv set ${key}=…` });
    patch[key] = value;
  }
  return patch;
}

function requireSettable(key: string): void {
  const [top = ""] = key.split(".");
  const own = Object.hasOwn(DERIVED, top) ? DERIVED[top] : undefined;
  if (own !== undefined) throw new MvError("usage", `${top} is not set by hand: ${own[0]}`, { hint: own[1] });
  if (!/^[^\s.][^\n]*$/.test(key) || key.split(".").includes("")) {
    throw new MvError("usage", `${JSON.stringify(key)} is not a field name`, { hint: "mv set metrics.accuracy=0.91" });
  }
}

function requireDay(value: Value): void {
  if (typeof value === "string" && isDay(value)) return;
  throw new MvError("usage", "training_date: give a day as YYYY-MM-DD", { hint: "mv set training_date=2026-02-09" });
}

// As `mv add --metric`: a metric that is a text ("0,91", "") could neither be sorted nor compared.
function requireNumber(key: string, value: Value): void {
  if (typeof value !== "string") return;
  throw new MvError("usage", `${key}=${value}: a metric is a number, with a point`, {
    hint: value === "" ? `mv set --unset ${quoted(key)}` : `mv set ${quoted(`${key}=0.91`)}`,
  });
}

/** The value under a dotted key, as `updateRecord` finds it: of keys that hold dots themselves the longest. */
function valueAt(fields: ValueMap, key: string): Value | undefined {
  if (Object.hasOwn(fields, key)) return fields[key];
  for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) {
    const inner = Object.hasOwn(fields, key.slice(0, dot)) ? fields[key.slice(0, dot)] : undefined;
    if (inner !== undefined) return isMap(inner) ? valueAt(inner, key.slice(dot + 1)) : undefined;
  }
  return undefined;
}
