// How one model's conflict is settled: whose bytes, under which number, and what the record says of them.
import { MvError } from "../../errors.ts";
import { sameContent } from "../../model/content.ts";
import { judge } from "../../model/overwrite.ts";
import { type ModelRecord, parseRecord, updateRecord } from "../../model/record.ts";
import type { Value } from "../../model/value.ts";
import { compare, isDraft } from "../../model/version.ts";
import { nextFreeDraft } from "../drafts.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Conflict, Side } from "./conflict.ts";
import { mergeFields } from "./fields.ts";
import type { Sides } from "./sides.ts";

export interface Settled {
  model: string;
  side: Side;
  /** Null where the chosen side has removed the model. */
  version: string | null;
  /** The record's text; null: it goes. */
  text: string | null;
  /** Declared versions whose bytes are now in no release. */
  lost: string[];
  /** Fields that both sides changed differently; the chosen side's value stands. */
  overruled: string[];
}

/** Without a side: the one that has new bytes, where the other has none. Fails with conflict where both have. */
export function chosenSide(item: Sides, conflict: Conflict, asked: Side | undefined): Side {
  if (asked !== undefined) return asked;
  const [base, ours, theirs] = [item.base, item.ours, item.theirs].map((side) => side?.record.artifacts ?? []);
  const isNew = { ours: !sameContent(base ?? [], ours ?? []), theirs: !sameContent(base ?? [], theirs ?? []) };
  if (isNew.ours !== isNew.theirs) return isNew.ours ? "ours" : "theirs";
  if (sameContent(ours ?? [], theirs ?? [])) return "ours";
  const said = (side: Side): string =>
    `--${side} is ${item[side] ? `${item[side].record.version} of` : "gone in"} ${conflict.names[side]}`;
  throw new MvError("conflict", `Both sides have new bytes for ${item.model}: ${said("ours")}, ${said("theirs")}`, {
    hint: "mv merge --ours, or mv merge --theirs",
    details: { model: item.model, ours: conflict.names.ours, theirs: conflict.names.theirs },
  });
}

/** Takes one side's record, with what only the other side changed beside the bytes, and finds its number. */
export async function settle(
  project: Project,
  releases: Releases,
  conflict: Conflict,
  item: Sides,
  side: Side,
): Promise<Settled> {
  const { model, path } = item;
  const chosen = item[side];
  const other = item[side === "ours" ? "theirs" : "ours"];
  const lost = other && isLost(releases, model, other.record, chosen?.record ?? null) ? [other.record.version] : [];
  if (!chosen) return { model, side, version: null, text: null, lost, overruled: [] };
  const version = await settledVersion(project, releases, conflict, { item, side, chosen: chosen.record });
  const { patch, overruled } = mergeFields({
    base: item.base?.record ?? null,
    chosen: chosen.record,
    other: other?.record ?? null,
  });
  const full: Record<string, Value | undefined> = { ...patch, version };
  // A reason belongs to the version it was given for.
  if (version !== chosen.record.version) full["reason"] = undefined;
  const text = updateRecord(chosen.text, path, full);
  parseRecord(text, path);
  return { model, side, version, text, lost, overruled };
}

function isLost(releases: Releases, model: string, rejected: ModelRecord, chosen: ModelRecord | null): boolean {
  if (rejected.artifacts.length === 0 || sameContent(rejected.artifacts, chosen?.artifacts ?? [])) return false;
  return !releases.of(model).some((release) => sameContent(release.artifacts, rejected.artifacts));
}

/**
 * Bytes that are released keep their number; so do HEAD's own where the commit has no other parent whose bytes it could lose
 * (a rebase, a cherry-pick, a revert, a squash), and a final number that rule 1 lets stand. Else the next free draft above
 * both sides'.
 */
async function settledVersion(
  project: Project,
  releases: Releases,
  conflict: Conflict,
  { item, side, chosen }: { item: Sides; side: Side; chosen: ModelRecord },
): Promise<string> {
  const release = releases.find(item.model, chosen.version);
  if (release && sameContent(release.artifacts, chosen.artifacts)) return chosen.version;
  const [ours, theirs] = [item.ours?.record ?? null, item.theirs?.record ?? null];
  // The other side's draft number may have named other bytes on this branch.
  if (ours && sameContent(ours.artifacts, theirs?.artifacts ?? []))
    return isDraft(chosen.version) ? ours.version : chosen.version;
  const isMerge = conflict.parents.length > 1;
  if (side === "ours" && !isMerge) return chosen.version;
  if (!isDraft(chosen.version)) {
    const parents = isMerge ? [ours, theirs] : [ours];
    if (judge({ state: chosen, parents, releases: releases.of(item.model) }).result === "ok") return chosen.version;
  }
  // The higher one is the floor: what a stash holds may be in no history.
  const versions = [ours, theirs].flatMap((record) => (record ? [record.version] : []));
  return nextFreeDraft(project, releases, item.model, {
    declared: versions.toSorted(compare).at(-1) ?? null,
    heads: conflict.heads,
  });
}
