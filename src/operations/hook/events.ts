// A pushed event names releases that others have, or get with it: an assignment of a version that nobody can find stops a
// deployment. Inside `mv push` and `promote --push` that is known.
import { isMvError } from "../../errors.ts";
import { parseEvent, readEventName } from "../../model/events.ts";
import type { Finding } from "../check/findings.ts";
import type { Project } from "../project.ts";
import { releasesOf } from "../push/events.ts";
import type { Releases } from "../releases.ts";
import { type RefUpdate, tagOf } from "./ref-lines.ts";

/** The findings on events that a push would bring without the releases that they name. A remote that cannot be asked is the push's own failure. */
export async function eventFindings(
  project: Project,
  releases: Releases,
  remote: string,
  updates: readonly RefUpdate[],
): Promise<Finding[]> {
  if (project.env["MVERSION_OBJECTS"] === "sent") return [];
  const tags = updates.flatMap(({ ref, to }) => {
    const name = tagOf(ref);
    return name === null || to === null ? [] : [{ name, oid: to }];
  });
  const objects = await project.git.readObjects(tags.map(({ oid }) => oid));
  const events = tags.flatMap(({ name, oid }) => {
    const object = objects.get(oid);
    const named = object?.type === "tag" ? releasesOf(parseEvent(object.bytes, oid, name)) : null;
    return named === null ? [] : [{ name, named }];
  });
  const going = new Set(tags.map(({ oid }) => oid));
  const open = new Set(events.flatMap(({ named }) => named).filter((oid) => !going.has(oid)));
  if (open.size === 0) return [];
  const known = releases.all.filter(({ oid }) => open.has(oid));
  const there = await tagsOn(
    project,
    remote,
    known.map(({ tag }) => tag),
  );
  if (there === null) return [];
  return events.flatMap(({ name, named }): Finding[] => {
    const lacking = named.find((oid) => open.has(oid) && !there.has(oid));
    if (lacking === undefined) return [];
    const release = known.find(({ oid }) => oid === lacking);
    const message = release
      ? `${name} names ${release.tag}, which ${remote} does not have.`
      : `${name} names the release ${lacking}, which is not here.`;
    const next = release ? [`mv push ${release.tag}`] : ["git fetch --tags"];
    const models = release ? [{ model: release.model, version: release.version }] : [];
    return [{ rule: "push-incomplete", severity: "error", message, next, file: null, commit: null, models }];
  });
}

/** The same on a server, which has all that it needs to know; and events that are not what their names say. */
export async function receivedEventFindings(
  project: Project,
  releases: readonly { oid: string }[],
  updates: readonly RefUpdate[],
): Promise<Finding[]> {
  const held = new Set(releases.map(({ oid }) => oid));
  const tags = updates.flatMap(({ ref, to }) => {
    const name = tagOf(ref);
    return name === null || to === null || readEventName(name) === null ? [] : [{ name, oid: to }];
  });
  const objects = await project.git.readObjects(tags.map(({ oid }) => oid));
  return tags.flatMap(({ name, oid }) => {
    const object = objects.get(oid);
    const reading = object?.type === "tag" ? parseEvent(object.bytes, oid, name) : null;
    if (reading?.kind === "broken") return refused("seal-broken", `Tag ${name} claims to be an event: ${reading.why}.`);
    const lacking = releasesOf(reading)?.find((release) => !held.has(release));
    return lacking === undefined
      ? []
      : refused("push-incomplete", `${name} names the release ${lacking}, which is not on this server.`);
  });
}

function refused(rule: Finding["rule"], message: string): Finding[] {
  return [{ rule, severity: "error", message, next: [], file: null, commit: null, models: [] }];
}

async function tagsOn(project: Project, remote: string, names: readonly string[]): Promise<Set<string> | null> {
  if (names.length === 0) return new Set();
  try {
    return new Set((await project.git.remoteTags(remote, names)).map(({ oid }) => oid));
  } catch (error) {
    // Then the push fails by itself.
    if (isMvError(error) && error.code === "unreachable") return null;
    throw error;
  }
}
