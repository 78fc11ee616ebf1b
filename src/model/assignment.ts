// An assignment: the annotated tag `churn#production#7` that puts a version, or a weighted set of versions, on a stage: text
// <-> data. A tag is one if its payload says so, not by its name.
import { type EventRef, type EventTag, readEvent, readEventRef } from "./event-object.ts";
import { optionalList, optionalText, problem, requiredCount, requiredText } from "./fields.ts";
import { readModel, readOid, readVersion } from "./release-payload.ts";
import { problemOf, type SlotRange } from "./slots.ts";
import { messageOf, reasonOf } from "./tag-message.ts";
import { numberText, type Value } from "./value.ts";
import { checkModelName } from "./version.ts";
import type { YamlFile } from "./yaml.ts";

/** One version of a rollout, the oid of its release tag, and its share in percent. */
export interface Share {
  version: string;
  tag: string;
  weight: number;
  /** Where these are not the next ones in the order of the rollout: docs/rollout-routing.md. */
  slots?: readonly SlotRange[];
}

export interface Assignment extends EventTag {
  model: string;
  stage: string;
  /** Counts the assignments of the stage from 1: their order, whatever the clocks say. */
  number: number;
  /** The version that the stage's name means, also while it is split. */
  baseline: string;
  /** Distinct versions, whole percents of 1 or more, 100 together. */
  rollout: Share[];
  /** Names the experiment that keys are dealt by: the assignment that began it. */
  rollout_id: string;
  /** The stage's assignment before this one; null for the first. */
  seal: EventRef | null;
  /** Of a rollback: the earlier assignment whose state it brings back. */
  returns: EventRef | null;
}

/** More versions at once than anybody compares are a mistake. */
export const MOST_SHARES = 20;

/** The tag name of an assignment, in the grammar of GTO. */
export function formatAssignmentTag(model: string, stage: string, number: number): string {
  return `${model}#${stage}#${number}`;
}

/** The number of a stage's assignment by its tag name, 7 for `churn#production#7`; null for other tags. */
export function assignmentNumber(tag: string, model: string, stage: string): number | null {
  const before = `${model}#${stage}#`;
  const [number] = tag.startsWith(before) ? (/^[1-9]\d{0,8}$/.exec(tag.slice(before.length)) ?? []) : [];
  return number === undefined ? null : Number(number);
}

/** Why a stage cannot have the name, or null: it becomes part of tag names and file names, as a model's does. */
export function checkStageName(name: string): string | null {
  const why = checkModelName(name);
  return why === null ? null : why.replace(/\bmodel\b/, "stage");
}

/** What an assignment says, before it is a tag. */
export type AssignmentText = Omit<Assignment, Exclude<keyof EventTag, "reason">>;

/** The message of an assignment's tag. Fails with `usage` where it would be too large. */
export function formatAssignmentMessage(assignment: AssignmentText): string {
  const { model, stage, number, baseline, rollout, rollout_id, seal, returns, reason } = assignment;
  return messageOf(subjectOf(assignment), reason, {
    mversion: numberText("1"),
    event: "assign",
    model,
    stage,
    number: numberText(String(number)),
    baseline,
    rollout: rollout.map(shareValue),
    rollout_id: rollout_id === formatAssignmentTag(model, stage, number) ? undefined : rollout_id,
    seal: seal ? { ...seal } : undefined,
    returns: returns ? { ...returns } : undefined,
  });
}

function shareValue({ version, tag, weight, slots }: Share): Record<string, Value> {
  const share = { version, tag, weight: countText(weight) };
  return slots === undefined ? share : { ...share, slots: slots.map((range) => range.map(countText)) };
}

function countText(count: number): Value {
  return numberText(String(count));
}

/** "churn 1.2.0 on production", "churn 1.1.0 90 %, 1.2.0 10 % on production". */
function subjectOf({ model, stage, rollout, returns }: Omit<AssignmentText, "reason">): string {
  return `${model} ${showRollout(rollout)} ${returns === null ? "" : "back "}on ${stage}`;
}

/** A rollout in words: "1.2.0", or "1.1.0 90 %, 1.2.0 10 %". */
export function showRollout(rollout: readonly Pick<Share, "version" | "weight">[]): string {
  const [only, ...others] = rollout;
  if (only !== undefined && others.length === 0) return only.version;
  return rollout.map(({ version, weight }) => `${version} ${weight} %`).join(", ");
}

/** Reads an assignment's raw tag object; null where it is none. Throws MvError invalid-file for one that is not well formed. */
export function parseAssignment(raw: Uint8Array, oid: string): Assignment | null {
  return readEvent(raw, oid, "assign", (yaml, tag, message) => {
    const model = readModel(yaml);
    const stage = requiredText(yaml, ["stage"]);
    const why = checkStageName(stage);
    if (why !== null) throw problem(yaml, ["stage"], why);
    const baseline = readVersion(yaml, ["baseline"]);
    const rollout = readRollout(yaml);
    if (!rollout.some(({ version }) => version === baseline)) {
      throw problem(yaml, ["baseline"], "it is none of the rollout's versions");
    }
    const number = requiredCount(yaml, ["number"]);
    const said = {
      model,
      stage,
      number,
      baseline,
      rollout,
      rollout_id: readRolloutId(yaml, { model, stage, number }),
      seal: readEventRef(yaml, "seal"),
      returns: readEventRef(yaml, "returns"),
    };
    return { ...said, ...tag, reason: reasonOf(message, subjectOf(said)) };
  });
}

function readRollout(yaml: YamlFile): Share[] {
  const rollout = optionalList(yaml, ["rollout"]).map((_, at): Share => {
    const path = ["rollout", String(at)];
    const share = {
      version: readVersion(yaml, [...path, "version"]),
      tag: readOid(yaml, [...path, "tag"]),
      weight: requiredCount(yaml, [...path, "weight"]),
    };
    const slots = optionalList(yaml, [...path, "slots"]).map((_, place): SlotRange => {
      const end = (which: string): number => requiredCount(yaml, [...path, "slots", String(place), which]);
      return [end("0"), end("1")];
    });
    return slots.length === 0 ? share : { ...share, slots };
  });
  const why = problemOf(rollout);
  if (why !== null) throw problem(yaml, ["rollout"], why);
  return rollout;
}

function readRolloutId(
  yaml: YamlFile,
  { model, stage, number }: Pick<Assignment, "model" | "stage" | "number">,
): string {
  const id = optionalText(yaml, ["rollout_id"]) ?? formatAssignmentTag(model, stage, number);
  const began = assignmentNumber(id, model, stage);
  if (began !== null && began <= number) return id;
  throw problem(yaml, ["rollout_id"], "the name of this assignment or of an earlier one of the stage is expected");
}
