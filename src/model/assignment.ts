// An assignment: the annotated tag `churn#production#7` that puts a version, or a weighted set of versions, on a stage. A tag is
// one if its payload says so, not by its name.
import { optionalList, problem, requiredCount, requiredText, valueAt } from "./fields.ts";
import { readModel, readOid, readVersion } from "./release-payload.ts";
import { readTagObject, type Tagger } from "./tag-object.ts";
import { isNumberText } from "./value.ts";
import { checkModelName } from "./version.ts";
import { parseYaml, type YamlFile } from "./yaml.ts";

/** One version of a rollout, the oid of its release tag, and its share in percent. */
export interface Share {
  version: string;
  tag: string;
  weight: number;
}

export interface Assignment {
  model: string;
  stage: string;
  /** Counts the assignments of the stage from 1. */
  number: number;
  /** The version that the stage's name means, also while it is split. */
  baseline: string;
  rollout: Share[];
  /** Short name of the tag, and its object. */
  tag: string;
  oid: string;
  tagger: Tagger;
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

/** Reads an assignment's raw tag object; null where it is none. Throws MvError invalid-file for one that is not well formed. */
export function parseAssignment(raw: Uint8Array, oid: string): Assignment | null {
  const object = readTagObject(raw);
  if (object === null || !/^event:[ \t]*["']?assign\b/m.test(object.payload)) return null;
  const yaml = parseYaml(object.payload, object.tag, { hint: "mv verify --all" });
  const schema = valueAt(yaml, ["mversion"]);
  if (!isNumberText(schema) || schema.value !== 1) throw problem(yaml, ["mversion"], "it needs a newer mversion");
  if (requiredText(yaml, ["event"]) !== "assign") return null;
  if (object.tagger === null) throw problem(yaml, [], "the tag has no tagger");
  const stage = requiredText(yaml, ["stage"]);
  const why = checkStageName(stage);
  if (why !== null) throw problem(yaml, ["stage"], why);
  const baseline = readVersion(yaml, ["baseline"]);
  const rollout = readRollout(yaml);
  if (!rollout.some(({ version }) => version === baseline)) {
    throw problem(yaml, ["baseline"], "it is none of the rollout's versions");
  }
  const number = requiredCount(yaml, ["number"]);
  return { model: readModel(yaml), stage, number, baseline, rollout, tag: object.tag, oid, tagger: object.tagger };
}

function readRollout(yaml: YamlFile): Share[] {
  return optionalList(yaml, ["rollout"]).map((_, at) => ({
    version: readVersion(yaml, ["rollout", String(at), "version"]),
    tag: readOid(yaml, ["rollout", String(at), "tag"]),
    weight: requiredCount(yaml, ["rollout", String(at), "weight"]),
  }));
}
