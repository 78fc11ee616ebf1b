// The events of the registry as verify reads them: all of them, anew, from Git's objects.
import { type Approval, type Assignment, type Confirmation, parseEvent } from "../../model/events.ts";
import type { Retraction } from "../../model/release.ts";
import type { Project } from "../project.ts";
import { readRegistry } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import type { Problem } from "./problem.ts";

export interface Events {
  assignments: readonly Assignment[];
  approvals: readonly Approval[];
  confirmations: readonly Confirmation[];
  retractions: readonly Retraction[];
  /** Those that claim to be ours and cannot be read. */
  problems: readonly Problem[];
}

export const NO_EVENTS: Events = { assignments: [], approvals: [], confirmations: [], retractions: [], problems: [] };

/** Every event of these models; tags of other tools are none. */
export async function readEvents(project: Project, releases: Releases, models: ReadonlySet<string>): Promise<Events> {
  const named = readRegistry(project, releases).tags.filter(({ model, annotated }) => annotated && models.has(model));
  const objects = await project.git.readObjects(named.map(({ oid }) => oid));
  const assignments: Assignment[] = [];
  const approvals: Approval[] = [];
  const confirmations: Confirmation[] = [];
  const problems: Problem[] = [];
  for (const { tag, oid } of named) {
    const object = objects.get(oid);
    const reading = object ? parseEvent(object.bytes, oid, tag) : null;
    if (reading?.kind === "assign") assignments.push(reading.event);
    if (reading?.kind === "approve") approvals.push(reading.event);
    if (reading?.kind === "confirm") confirmations.push(reading.event);
    if (reading?.kind !== "broken") continue;
    problems.push({
      code: "release-differs",
      what: tag,
      tag,
      message: `claims to be an event and cannot be read: ${reading.why}`,
      hint: `git cat-file tag ${quoted(tag)}`,
    });
  }
  const retractions = releases.retractions.filter(({ model }) => models.has(model));
  return { assignments, approvals, confirmations, retractions, problems };
}

/** All of them as tags. */
export function tagsOf({ assignments, approvals, confirmations, retractions }: Events): { tag: string; oid: string }[] {
  return [...retractions, ...assignments, ...approvals, ...confirmations];
}
