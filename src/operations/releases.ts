// The releases of the repository, read from its tags. A tag object never changes, so what was read once is kept on disk.
import { join } from "node:path";
import { parseTagObject, type Release, type Retraction, type TagReading } from "../model/release.ts";
import { compare } from "../model/version.ts";
import { keep, readKept } from "./kept.ts";
import type { Project } from "./project.ts";

/** Release tags are small; a larger one is not ours. */
const TAG_MAX_BYTES = 1 << 20;
const CACHE_SCHEMA = 1;

export interface Releases {
  /** All releases, by model and then version, lowest first. */
  readonly all: readonly Release[];
  readonly retractions: readonly Retraction[];
  /** Tags that claim to be ours and cannot be read. */
  readonly broken: readonly { tag: string; oid: string; why: string }[];
  /** Names of all tags, ours or not. */
  readonly tagNames: ReadonlySet<string>;
  of(model: string): readonly Release[];
  find(model: string, version: string): Release | undefined;
  isRetracted(release: Release): Retraction | undefined;
}

/** Reads the release tags: one `for-each-ref`, and one `cat-file` for tags not seen before. */
export async function readReleases(project: Project): Promise<Releases> {
  const { git } = project;
  const file = join(project.stateDir, "releases.json");
  const [tags, kept] = await Promise.all([git.tags(), readKept<Record<string, TagReading>>(file, CACHE_SCHEMA)]);
  const annotated = tags.filter((tag) => tag.type === "tag" && tag.size <= TAG_MAX_BYTES);
  const readings: Record<string, TagReading> = { ...kept };
  const unknown = annotated.filter((tag) => !Object.hasOwn(readings, tag.oid));
  if (unknown.length > 0) {
    const objects = await git.readObjects(unknown.map((tag) => tag.oid));
    for (const { oid } of unknown) {
      const object = objects.get(oid);
      readings[oid] = object ? parseTagObject(object.bytes, oid) : null;
    }
    const current: Record<string, TagReading> = Object.create(null) as Record<string, TagReading>;
    for (const { oid } of annotated) current[oid] = readings[oid] ?? null;
    await keep(file, CACHE_SCHEMA, current);
  }
  return collect(
    tags.map((tag) => tag.name),
    annotated.map((tag) => ({ name: tag.name, oid: tag.oid, reading: readings[tag.oid] ?? null })),
  );
}

function collect(names: string[], tags: { name: string; oid: string; reading: TagReading }[]): Releases {
  const all: Release[] = [];
  const retractions: Retraction[] = [];
  const broken: { tag: string; oid: string; why: string }[] = [];
  for (const { name, oid, reading } of tags) {
    if (reading === null) continue;
    if (reading.kind === "broken") broken.push({ tag: name, oid, why: reading.why });
    else if (reading.kind === "retraction") retractions.push({ ...reading.retraction, tag: name });
    else if (reading.release.tag === name) all.push(reading.release);
    else broken.push({ tag: name, oid, why: `the tag object calls itself ${reading.release.tag}` });
  }
  all.sort((a, b) => (a.model === b.model ? compare(a.version, b.version) : a.model < b.model ? -1 : 1));
  const byModel = new Map<string, Release[]>();
  for (const release of all) {
    const list = byModel.get(release.model);
    if (list) list.push(release);
    else byModel.set(release.model, [release]);
  }
  return {
    all,
    retractions,
    broken,
    tagNames: new Set(names),
    of: (model) => byModel.get(model) ?? [],
    find: (model, version) => byModel.get(model)?.find((release) => release.version === version),
    isRetracted: (release) =>
      retractions.find((event) => event.model === release.model && event.version === release.version),
  };
}
