// rollout.json, which `mv get --variants` puts beside the versions: all that a serving process needs to route keys without Git.
import { join } from "node:path";
import type { Assignment } from "../../model/assignment.ts";
import type { Release } from "../../model/release.ts";
import { ownersOf, type SlotRange, slotsOf } from "../../model/slots.ts";
import { parseVersion } from "../../model/version.ts";
import { readTextFileSync } from "../../platform/files.ts";

export const ROLLOUT_FILE = "rollout.json";
const ROLLOUT_MAX_BYTES = 1 << 20;

/** Plain data, as the file has it; `routeKey` of the library takes it as it is. */
export interface RolloutFile {
  schema: 1;
  model: string;
  stage: string;
  /** The experiment that keys are dealt by. */
  id: string;
  /** The version that the stage's name means. */
  baseline: string;
  variants: {
    version: string;
    /** Percent. */
    weight: number;
    slots: SlotRange[];
    /** The release's tag and its object's id: what the version is in Git. */
    tag: string;
    oid: string;
    /** Beside this file. */
    folder: string;
  }[];
  assignment: { tag: string; oid: string; number: number };
  /** Where it came from. */
  source: string;
}

/** `releases` are those of the assignment's rollout, in its order. */
export function rolloutFileOf(assignment: Assignment, releases: readonly Release[], source: string): RolloutFile {
  const { model, stage, rollout_id: id, baseline, rollout, tag, oid, number } = assignment;
  const owners = ownersOf(rollout);
  const variants = releases.map((release, at) => {
    const { version } = release;
    const weight = rollout[at]?.weight ?? 0;
    const slots = slotsOf(owners, version);
    return { version, weight, slots, tag: release.tag, oid: release.oid, folder: version };
  });
  return { schema: 1, model, stage, id, baseline, variants, assignment: { tag, oid, number }, source };
}

export function formatRolloutFile(file: RolloutFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The file in a folder; null where there is none that can be read. */
export function readRolloutFile(folder: string): RolloutFile | null {
  try {
    const text = readTextFileSync(join(folder, ROLLOUT_FILE), ROLLOUT_MAX_BYTES);
    const json = text === null ? null : (JSON.parse(text) as Partial<RolloutFile> | null);
    const isOurs = json?.schema === 1 && typeof json.assignment?.oid === "string" && Array.isArray(json.variants);
    // A folder is looked into, and perhaps replaced: nothing but a version names one.
    return isOurs && json.variants?.every((variant) => parseVersion(variant.folder) === variant.folder)
      ? (json as RolloutFile)
      : null;
  } catch {
    return null;
  }
}
