// What stands on a stage by one tag of its chain: our assignment, GTO's, or a plain tag that lost its object on the way.
import type { Assignment, EventReading, EventRef, Share } from "../../model/events.ts";
import type { Tagger } from "../../model/tag-object.ts";
import type { Releases } from "../releases.ts";

/** A tag of an assignment's name. */
export interface ChainEntry {
  tag: string;
  oid: string;
  model: string;
  stage: string;
  number: number;
  /** GTO's mark that nothing runs there any more. */
  leaves: boolean;
  /** False for a plain tag, whose oid is a commit's. */
  annotated: boolean;
}

/** A tag of another tool, by the commit that it points at. */
export interface Foreign {
  kind: "foreign";
  commit: string;
  tagger: Tagger | null;
  message: string;
}

/** What an assignment put on a stage. Plain data. */
export interface Standing {
  model: string;
  stage: string;
  number: number;
  tag: string;
  oid: string;
  /** What it points at: the commit of the baseline's release. */
  commit: string;
  /** Who wrote the tag: mversion, GTO, or nobody knows, as the tag is a plain one here. */
  by: "mversion" | "gto" | "plain";
  /** The version that the stage's name means; null where a GTO tag says that nothing runs. */
  baseline: string | null;
  /** Empty where nothing runs. */
  rollout: Share[];
  /** Names the experiment that keys are dealt by: the assignment that began it. */
  rollout_id: string;
  /** Who and when; null for a plain tag. */
  tagger: Tagger | null;
  reason: string;
  signed: boolean;
  seal: EventRef | null;
  returns: EventRef | null;
}

/** What the tag says, or why nothing can be made of it. */
export function standingOf(entry: ChainEntry, reading: EventReading | Foreign, releases: Releases): Standing | string {
  const { tag, oid, model, stage, number, leaves, annotated } = entry;
  if (reading?.kind === "assign") return ofAssignment(reading.event);
  if (reading?.kind === "broken") return reading.why;
  if (annotated && reading?.kind !== "foreign") return "it is no assignment";
  const by = annotated ? ("gto" as const) : ("plain" as const);
  const [tagger, reason] = reading?.kind === "foreign" ? [reading.tagger, firstLine(reading.message)] : [null, ""];
  const none = { rollout_id: tag, signed: false, seal: null, returns: null };
  const commit = reading?.kind === "foreign" ? reading.commit : oid;
  const said = { model, stage, number, tag, oid, commit, by, tagger, reason, ...none };
  if (leaves) return { ...said, baseline: null, rollout: [] };
  const at = releases.of(model).filter((release) => release.commit === commit);
  const [only, ...others] = at;
  if (only === undefined) return `no release of ${model} is at ${commit.slice(0, 7)}, which it points at`;
  if (others.length > 0)
    return `several releases of ${model} are where it points at: ${at.map(({ tag: name }) => name).join(", ")}`;
  return { ...said, baseline: only.version, rollout: [{ version: only.version, tag: only.oid, weight: 100 }] };
}

// A stage may have ten thousand: one object each, its fields one by one.
function ofAssignment(event: Assignment): Standing {
  return {
    model: event.model,
    stage: event.stage,
    number: event.number,
    tag: event.tag,
    oid: event.oid,
    commit: event.commit,
    by: "mversion",
    baseline: event.baseline,
    rollout: event.rollout,
    rollout_id: event.rollout_id,
    tagger: event.tagger,
    reason: event.reason,
    signed: event.signed,
    seal: event.seal,
    returns: event.returns,
  };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim();
}
