// Brings the bytes of a version, and all that describes them, onto today's branch: what restore and revert share.
import { MvError } from "../errors.ts";
import { sameContent } from "../model/content.ts";
import { pointerPath } from "../model/paths.ts";
import { carryOutChange, replacement, type Replacement } from "./change.ts";
import { type Arrangement, requireObjects, type SavedBytes, saveOrRefuse, type Wanted } from "./materialize.ts";
import { arrangeFetching } from "./objects/arrange.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";
import { requireSettled } from "./settled.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { affectedRecord, ownRecord, type RecordText } from "./take/records.ts";
import { chosenBytes, type Taken } from "./take/targets.ts";
import { modelNames, type Found } from "./versions.ts";

export interface TakeInput {
  verb: "restore" | "revert";
  found: Found;
  model: string;
  /** Artifact paths to take; undefined: all artifacts of the version, and those it does not have go. */
  paths: readonly string[] | undefined;
  /** Go on where an artifact belongs to other models too, and raise their drafts. */
  affected: boolean;
  force: boolean;
  /** What the record shall declare; undefined: the version itself where all its bytes are back, else what it declares now. */
  declare?: { version: string; reason: string } | undefined;
}

export interface TakeResult {
  model: string;
  /** The version that the record declares now; null where the record did not change. */
  version: string | null;
  /** True where that version is released with other bytes, so that it has to be raised before a commit. */
  overwrites: boolean;
  written: string[];
  removed: string[];
  unchanged: number;
  saved: SavedBytes[];
  /** Other models whose artifact changed with it, and their new drafts. */
  affected: { model: string; version: string }[];
}

/** Takes a version's bytes. Pointer, record and bytes go together; everything is checked before the tree is touched. */
export async function take(project: Project, releases: Releases, input: TakeInput): Promise<TakeResult> {
  const { model, found } = input;
  const [now, then] = await Promise.all([
    readSnapshot(project, "worktree"),
    readSnapshot(project, { commit: found.commit }),
  ]);
  const taken = await chosenBytes(project, then, input);
  const gone = input.paths ? [] : leftOver(project, now, then, model);
  const sharers = modelNames(project).filter((name) => name !== model && shares(now, name, taken));
  if (sharers.length > 0 && !input.affected) throw shared(now, sharers, taken);
  const touched = [...taken.map(({ pointer }) => pointer.path), ...[model, ...sharers].map(recordOf(project))];
  await requireSettled(project, touched);
  const wanted = new Map<string, Wanted | null>([
    ...taken.map(({ path, bytes }): [string, Wanted] => [path, bytes]),
    ...gone.map((path): [string, null] => [path, null]),
  ]);
  const arrangement = await arrangeFetching(project, wanted);
  requireObjects(arrangement, found.name);
  const saved = [
    ...(await saveOrRefuse(project, arrangement, input.force)),
    ...(await neverCommitted(project, releases, now, arrangement)),
  ];
  const after = withPointers(now, taken, gone);
  const own = await ownRecord(project, releases, { input, now, source: then, after, taken });
  const affected: { model: string; version: string }[] = [];
  const records: RecordText[] = own ? [own] : [];
  for (const name of sharers) {
    const record = await affectedRecord(project, releases, name, now, after);
    affected.push({ model: name, version: record.version });
    records.push(record);
  }
  const from = await project.git.head();
  const files = await replacements(project, taken, gone, records);
  await carryOutChange(
    project,
    { verb: input.verb, from, to: null, wanted: Object.fromEntries(wanted), files },
    arrangement,
  );
  const release = own && releases.find(model, own.version);
  return {
    model,
    version: own?.version ?? null,
    overwrites: own !== null && release !== undefined && !sameContent(release?.artifacts ?? [], own.artifacts),
    written: arrangement.placements.map((item) => item.key),
    removed: arrangement.removals.map((item) => item.path),
    unchanged: arrangement.unchanged.length,
    saved,
    affected,
  };
}

// Bytes that were added and that no commit names: what brings them back is known here for the last time.
async function neverCommitted(
  project: Project,
  releases: Releases,
  now: Snapshot,
  { placements, removals }: Arrangement,
): Promise<SavedBytes[]> {
  const going = [
    ...placements.map(({ key, current }) => ({ path: key, bytes: current })),
    ...removals.map(({ path, bytes }) => ({ path, bytes })),
  ];
  const { oid } = await project.git.head();
  const head = oid === null ? null : await readSnapshot(project, { commit: oid }, () => undefined);
  const released = new Set(
    releases.all.flatMap((release) => [...release.artifacts, ...release.datasets].map(({ sha256 }) => sha256)),
  );
  return going.flatMap(({ path, bytes }) => {
    if (bytes === null || now.pointers.get(path)?.pointer.sha256 !== bytes.sha256) return [];
    if (head?.pointers.get(path)?.pointer.sha256 === bytes.sha256 || released.has(bytes.sha256)) return [];
    return [{ path, kind: bytes.kind, sha256: bytes.sha256 }];
  });
}

function recordOf(project: Project): (model: string) => string {
  return (model) => project.settings.models[model]?.record ?? "";
}

/** This model's artifacts that the version does not have; one that another model lists too stays that model's. */
function leftOver(project: Project, now: Snapshot, then: Snapshot, model: string): string[] {
  const others = modelNames(project).filter((name) => name !== model);
  const kept = new Set(then.records.get(model)?.record.artifacts.map((artifact) => artifact.path));
  const current = now.records.get(model)?.record.artifacts.map((artifact) => artifact.path) ?? [];
  return current.filter((path) => !kept.has(path) && !others.some((name) => lists(now, name, path)));
}

function lists(snapshot: Snapshot, model: string, path: string): boolean {
  return snapshot.records.get(model)?.record.artifacts.some((artifact) => artifact.path === path) === true;
}

/** Whether a path that the model lists would get other bytes than its pointer says now. */
function shares(now: Snapshot, model: string, taken: readonly Taken[]): boolean {
  return taken.some(
    ({ path, bytes }) => lists(now, model, path) && now.pointers.get(path)?.pointer.sha256 !== bytes.sha256,
  );
}

function shared(now: Snapshot, sharers: readonly string[], taken: readonly Taken[]): MvError {
  const paths = taken.filter((item) => sharers.some((name) => shares(now, name, [item]))).map(({ path }) => path);
  const models = sharers.join(" and ");
  return new MvError(
    "shared-artifact",
    `${paths.join(", ")} ${paths.length === 1 ? "is" : "are"} of ${models} too, and would change for ${sharers.length === 1 ? "it" : "them"}`,
    {
      hint: `repeat with --affected, which raises the draft of ${models}`,
      details: { models: sharers, paths },
    },
  );
}

function withPointers(now: Snapshot, taken: readonly Taken[], gone: readonly string[]): Snapshot {
  const pointers = new Map(now.pointers);
  for (const { path, pointer } of taken) pointers.set(path, pointer);
  for (const path of gone) pointers.delete(path);
  return { records: now.records, pointers };
}

async function replacements(
  project: Project,
  taken: readonly Taken[],
  gone: readonly string[],
  records: readonly RecordText[],
): Promise<Record<string, Replacement>> {
  const texts: [string, string | null][] = [
    ...taken.map(({ pointer }): [string, string] => [pointer.path, pointer.text]),
    ...gone.map((path): [string, null] => [pointerPath(path), null]),
    ...records.map(({ file, text }): [string, string] => [file, text]),
  ];
  const files: Record<string, Replacement> = {};
  for (const [path, text] of texts) files[path] = await replacement(project, path, text);
  return files;
}
