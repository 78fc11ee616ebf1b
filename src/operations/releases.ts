// The releases of the repository, read from its tags. A tag object never changes, so what was read once is kept on disk.
import { join } from "node:path";
import type { Artifact } from "../model/content.ts";
import { mayBeRelease } from "../model/events.ts";
import { parseTagObject, type Release, type Retraction, type TagReading } from "../model/release.ts";
import { compare } from "../model/version.ts";
import type { TagRef } from "../git/git.ts";
import { keep, readKept } from "./kept.ts";
import type { Project } from "./project.ts";

/** Release tags are small; a larger one is not ours. */
const TAG_MAX_BYTES = 1 << 20;
const CACHE_SCHEMA = 3;

export interface Releases {
  /** All releases, by model and then version, lowest first. */
  readonly all: readonly Release[];
  readonly retractions: readonly Retraction[];
  /** Tags that claim to be ours and cannot be read. */
  readonly broken: readonly { tag: string; oid: string; why: string }[];
  /** All tags, ours or not, as they were listed; the registry reads those of events. */
  readonly tags: readonly TagRef[];
  /** Their names. */
  readonly tagNames: ReadonlySet<string>;
  of(model: string): readonly Release[];
  find(model: string, version: string): Release | undefined;
  isRetracted(release: Release): Retraction | undefined;
}

/**
 * A reading as it is kept: artifacts and datasets of a release as places in one list, since versions share most of them, and
 * are made of it where somebody asks for them.
 */
type Frozen =
  | Exclude<TagReading, { kind: "release" } | null>
  | { kind: "release"; release: Omit<Release, "artifacts" | "datasets">; artifacts: number[]; datasets: number[] }
  | null;

interface Kept {
  /** In the order of the collected releases, so that nothing has to be sorted where all tags are known. */
  tags: readonly { oid: string; frozen: Frozen }[];
  artifacts: readonly Artifact[];
}

/** Reads the release tags: one `for-each-ref`, and one `cat-file` for tags not seen before. */
export async function readReleases(project: Project): Promise<Releases> {
  const { git } = project;
  const file = join(project.stateDir, "releases.json");
  const [tags, kept] = await Promise.all([git.tags(), readKept<Kept>(file, CACHE_SCHEMA)]);
  // Events are the registry's, and there are ten for a release: nobody reads them to list releases.
  const annotated = tags.filter((tag) => tag.type === "tag" && tag.size <= TAG_MAX_BYTES && mayBeRelease(tag.name));
  const { tags: frozen, artifacts } = kept ?? { tags: [], artifacts: [] };
  const rank = new Map(frozen.map(({ oid }, at) => [oid, at]));
  const readings = new Map(frozen.map((tag) => [tag.oid, thaw(tag.frozen, artifacts)]));
  const unknown = [...new Set(annotated.map(({ oid }) => oid))].filter((oid) => !rank.has(oid));
  if (unknown.length > 0) {
    const objects = await git.readObjects(unknown);
    for (const oid of unknown) {
      const object = objects.get(oid);
      readings.set(oid, object ? parseTagObject(object.bytes, oid) : null);
    }
  }
  const read = annotated
    .map(({ name, oid }) => ({ name, oid, reading: readings.get(oid) ?? null }))
    .toSorted((a, b) => (rank.get(a.oid) ?? Infinity) - (rank.get(b.oid) ?? Infinity) || 0);
  const releases = collect(tags, read, unknown.length === 0);
  if (unknown.length > 0) {
    const ordered = [...new Set([...releases.all.map(({ oid }) => oid), ...annotated.map(({ oid }) => oid)])];
    await keep(file, CACHE_SCHEMA, freezeAll(ordered.map((oid) => ({ oid, reading: readings.get(oid) ?? null }))));
  }
  return releases;
}

function freezeAll(readings: readonly { oid: string; reading: TagReading }[]): Kept {
  const artifacts: Artifact[] = [];
  const places = new Map<string, number>();
  const placeOf = (artifact: Artifact): number => {
    const key = JSON.stringify(artifact);
    const place = places.get(key) ?? artifacts.push(artifact) - 1;
    places.set(key, place);
    return place;
  };
  const tags = readings.map(({ oid, reading }) => {
    if (reading?.kind !== "release") return { oid, frozen: reading };
    const { artifacts: own, datasets, ...release } = reading.release;
    const lists = { artifacts: own.map(placeOf), datasets: datasets.map(placeOf) };
    return { oid, frozen: { kind: "release" as const, release, ...lists } };
  });
  return { tags, artifacts };
}

function thaw(frozen: Frozen, artifacts: readonly Artifact[]): TagReading {
  if (frozen?.kind !== "release") return frozen;
  const listed = (places: readonly number[]): Artifact[] =>
    places.flatMap((place) => {
      const artifact = artifacts[place];
      return artifact ? [artifact] : [];
    });
  const release: Release = {
    ...frozen.release,
    get artifacts() {
      return listed(frozen.artifacts);
    },
    get datasets() {
      return listed(frozen.datasets);
    },
  };
  return { kind: "release", release };
}

function collect(
  listed: readonly TagRef[],
  tags: { name: string; oid: string; reading: TagReading }[],
  isSorted: boolean,
): Releases {
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
  // Comparing a thousand versions costs more than all else here.
  if (!isSorted) all.sort((a, b) => (a.model === b.model ? compare(a.version, b.version) : a.model < b.model ? -1 : 1));
  const byModel = new Map<string, Release[]>();
  for (const release of all) {
    const list = byModel.get(release.model);
    if (list) list.push(release);
    else byModel.set(release.model, [release]);
  }
  // The first of a name counts, as in the lists.
  const byName = new Map(all.map((release) => [`${release.model} ${release.version}`, release] as const).toReversed());
  const withdrawn = new Map(
    retractions.map((event) => [`${event.model} ${event.version}`, event] as const).toReversed(),
  );
  return {
    all,
    retractions,
    broken,
    tags: listed,
    tagNames: new Set(listed.map(({ name }) => name)),
    of: (model) => byModel.get(model) ?? [],
    find: (model, version) => byName.get(`${model} ${version}`),
    isRetracted: (release) => withdrawn.get(`${release.model} ${release.version}`),
  };
}
