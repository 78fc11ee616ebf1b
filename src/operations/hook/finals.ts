// Rule 2 where refs go from one repository to another: a tag of ours, a release's or an event's, is neither moved nor deleted.
import { parseEvent, readEventName } from "../../model/events.ts";
import { parseTagObject } from "../../model/release.ts";
import { parseTag } from "../../model/version.ts";
import type { GitObject } from "../../git/git.ts";
import type { Finding } from "../check/findings.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { type RefUpdate, tagOf } from "./ref-lines.ts";

/** The findings on updates that would move or delete a release or an event, unless `mversion.unlock` names it. */
export async function finalFindings(
  project: Project,
  releases: Releases,
  updates: readonly RefUpdate[],
  where: string,
): Promise<Finding[]> {
  const unlocked = await project.git.configAll("mversion.unlock");
  const objects = await project.git.readObjects(updates.flatMap(({ from }) => (from === null ? [] : [from])));
  return updates.flatMap(({ ref, from, to }): Finding[] => {
    const tag = tagOf(ref);
    if (tag === null || from === null || from === to || unlocked.includes(tag)) return [];
    const object = objects.get(from);
    // The receiver may have a tag that was never fetched: then its name alone is known.
    const kind = object ? kindOf(object, from, tag) : kindByName(project, releases, tag);
    if (kind === null) return [];
    const { what, models } = kind;
    return [
      {
        rule: "release-final",
        severity: "error",
        message: `${tag} is ${what} and final; this push would ${to === null ? "delete" : "move"} it on ${where}.`,
        next: [`To do it all the same: git -c mversion.unlock=${tag} push …`],
        file: null,
        commit: null,
        models,
      },
    ];
  });
}

interface Kind {
  /** "a release" */
  what: string;
  models: Finding["models"];
}

function kindOf(object: GitObject, oid: string, tag: string): Kind | null {
  if (object.type !== "tag") return null;
  const reading = parseTagObject(object.bytes, oid);
  if (reading?.kind === "release") {
    const { model, version } = reading.release;
    return { what: "a release", models: [{ model, version }] };
  }
  const event = parseEvent(object.bytes, oid, tag);
  const isEvent = reading?.kind === "retraction" || (event !== null && event.kind !== "broken");
  return isEvent ? { what: "an event", models: [] } : null;
}

function kindByName(project: Project, releases: Releases, tag: string): Kind | null {
  if (isReleaseName(project, releases, tag)) return { what: "a release", models: [] };
  const name = readEventName(tag);
  const isOurs = name !== null && Object.hasOwn(project.settings.models, name.model);
  return isOurs ? { what: "an event", models: [] } : null;
}

function isReleaseName(project: Project, releases: Releases, tag: string): boolean {
  if (releases.all.some((release) => release.tag === tag)) return true;
  return Object.entries(project.settings.models).some(
    ([model, { tag: format }]) => parseTag(format, model, tag) !== null,
  );
}
