// Rule 2 where refs go from one repository to another: a release tag is neither moved nor deleted.
import { parseTagObject } from "../../model/release.ts";
import { parseTag } from "../../model/version.ts";
import type { Finding } from "../check/findings.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { type RefUpdate, tagOf } from "./ref-lines.ts";

/** The findings on updates that would move or delete a release, unless `mversion.unlock` names it. */
export async function finalFindings(
  project: Project,
  releases: Releases,
  updates: readonly RefUpdate[],
  where: string,
): Promise<Finding[]> {
  const unlocked = await project.git.configAll("mversion.unlock");
  const objects = await project.git.readObjects(updates.flatMap(({ from }) => (from === null ? [] : [from])));
  return updates.flatMap(({ ref, from, to }) => {
    const tag = tagOf(ref);
    if (tag === null || from === null || from === to || unlocked.includes(tag)) return [];
    const object = objects.get(from);
    const reading = object?.type === "tag" ? parseTagObject(object.bytes, from) : null;
    // The receiver may have a tag that was never fetched: then its name alone is known.
    const isRelease = object ? reading?.kind === "release" : isReleaseName(project, releases, tag);
    if (!isRelease) return [];
    return [
      {
        rule: "release-final" as const,
        severity: "error" as const,
        message: `${tag} is a release and final; this push would ${to === null ? "delete" : "move"} it on ${where}.`,
        next: [`To do it all the same: git -c mversion.unlock=${tag} push …`],
        file: null,
        commit: null,
        models: reading?.kind === "release" ? [{ model: reading.release.model, version: reading.release.version }] : [],
      },
    ];
  });
}

function isReleaseName(project: Project, releases: Releases, tag: string): boolean {
  if (releases.all.some((release) => release.tag === tag)) return true;
  return Object.entries(project.settings.models).some(
    ([model, { tag: format }]) => parseTag(format, model, tag) !== null,
  );
}
