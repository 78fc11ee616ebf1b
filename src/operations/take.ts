// Brings the bytes of a released version, and all that describes them, onto today's branch: what restore and revert share.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import type { Artifact } from "../model/content.ts";
import { sameContent } from "../model/content.ts";
import { type ModelRecord, parseRecord, updateRecord } from "../model/record.ts";
import type { Value } from "../model/value.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { describeBytes } from "./describe.ts";
import { nextFreeDraft } from "./drafts.ts";
import { beginJournal, endJournal } from "./journal.ts";
import { arrange, carryOut, requireObjects, saveOrRefuse, type Wanted, wantedOf } from "./materialize.ts";
import { placePointer, removePointer } from "./pointers.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";
import { artifactsNow, readSnapshot, type Snapshot } from "./snapshot.ts";
import { modelNames, type Found } from "./versions.ts";

export interface TakeInput {
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
  /** The version that the record declares now. */
  version: string;
  written: string[];
  removed: string[];
  saved: { path: string; sha256: string }[];
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
  const source = then.records.get(model);
  if (!source) throw new MvError("unknown-version", `${found.name} has no record of ${model}`, { hint: "mv log" });
  const targets = chosen(source.record, then, input);
  const gone = input.paths ? [] : leftOver(now, source.record, model);
  const sharers = sharing(project, now, model, [...targets.keys(), ...gone], targets);
  if (sharers.length > 0 && !input.affected) {
    const paths = [...targets.keys(), ...gone].filter((path) => sharers.some((name) => lists(now, name, path)));
    throw new MvError("shared-artifact", `${paths.join(", ")} is an artifact of ${sharers.join(" and ")} too`, {
      hint: `repeat with --affected, which raises the draft of ${sharers.join(" and ")}`,
      details: { models: sharers, paths },
    });
  }
  const wanted = new Map<string, Wanted | null>([...targets, ...gone.map((path): [string, null] => [path, null])]);
  const arrangement = await arrange(project, wanted);
  requireObjects(arrangement, found.name);
  const saved = await saveOrRefuse(project, arrangement, input.force);
  const head = await project.git.head();
  await beginJournal(project, {
    verb: "restore",
    from: head,
    to: { commit: head.oid ?? "", branch: head.branch },
    wanted: Object.fromEntries(wanted),
  });
  await carryOut(project, arrangement);
  const touched = await movePointers(project, then, [...targets.keys()], gone);
  const after = withPointers(now, then, [...targets.keys()], gone);
  const version = await ownRecord(project, { input, now, after, source });
  touched.push(project.settings.models[model]?.record ?? "");
  const affected: { model: string; version: string }[] = [];
  for (const name of sharers) {
    affected.push({ model: name, version: await otherRecord(project, releases, name, now, after) });
    touched.push(project.settings.models[name]?.record ?? "");
  }
  await project.git.stage([...new Set(touched)]);
  await endJournal(project);
  return {
    model,
    version,
    written: arrangement.placements.map((item) => item.key),
    removed: arrangement.removals.map((item) => item.path),
    saved,
    affected,
  };
}

function chosen(record: ModelRecord, then: Snapshot, input: TakeInput): Map<string, Wanted> {
  const all = [...record.artifacts, ...(input.paths ? record.datasets : [])];
  const picked = input.paths ? all.filter((artifact) => input.paths?.includes(artifact.path)) : all;
  const absent = input.paths?.find((path) => !picked.some((artifact) => artifact.path === path));
  if (absent !== undefined) {
    throw new MvError(
      "not-tracked",
      `${input.found.name} has no artifact ${absent}; it has ${all.map((item) => item.path).join(", ")}`,
      {
        hint: `mv show ${input.found.release?.tag ?? input.found.name}`,
      },
    );
  }
  const result = new Map<string, Wanted>();
  for (const artifact of picked) {
    if (artifact.kind === "external") continue;
    const pointer = then.pointers.get(artifact.path)?.pointer;
    const exact = pointer?.sha256 === artifact.sha256 ? wantedOf(pointer) : null;
    result.set(artifact.path, exact ?? { kind: artifact.kind, sha256: artifact.sha256, size: artifact.size });
  }
  return result;
}

function leftOver(now: Snapshot, then: ModelRecord, model: string): string[] {
  const current = now.records.get(model)?.record.artifacts ?? [];
  return current
    .filter((artifact) => !then.artifacts.some((other) => other.path === artifact.path))
    .map((artifact) => artifact.path);
}

function lists(snapshot: Snapshot, model: string, path: string): boolean {
  return snapshot.records.get(model)?.record.artifacts.some((artifact) => artifact.path === path) === true;
}

// The other models for which a path would get other bytes.
function sharing(
  project: Project,
  now: Snapshot,
  model: string,
  paths: readonly string[],
  targets: ReadonlyMap<string, Wanted>,
): string[] {
  return modelNames(project).filter(
    (name) =>
      name !== model &&
      paths.some(
        (path) => lists(now, name, path) && now.pointers.get(path)?.pointer.sha256 !== targets.get(path)?.sha256,
      ),
  );
}

async function movePointers(
  project: Project,
  then: Snapshot,
  paths: readonly string[],
  gone: readonly string[],
): Promise<string[]> {
  const touched: string[] = [];
  for (const path of paths) {
    const pointer = then.pointers.get(path);
    if (!pointer) continue;
    touched.push(...(await placePointer(project, path, pointer.text)));
  }
  for (const path of gone) touched.push(...(await removePointer(project, path)));
  return touched;
}

function withPointers(now: Snapshot, then: Snapshot, paths: readonly string[], gone: readonly string[]): Snapshot {
  const pointers = new Map(now.pointers);
  for (const path of paths) {
    const pointer = then.pointers.get(path);
    if (pointer) pointers.set(path, pointer);
  }
  for (const path of gone) pointers.delete(path);
  return { records: now.records, pointers };
}

async function ownRecord(
  project: Project,
  state: { input: TakeInput; now: Snapshot; after: Snapshot; source: { text: string; record: ModelRecord } },
): Promise<string> {
  const { input, now, after, source } = state;
  const { model } = input;
  const file = project.settings.models[model]?.record ?? "";
  const current = now.records.get(model) ?? null;
  const artifacts = artifactsNow(after, merged(current?.record.artifacts ?? [], source.record.artifacts, input.paths));
  const whole = sameContent(artifacts, source.record.artifacts);
  const declared =
    input.declare ?? (whole ? { version: source.record.version, reason: reasonOf(source.record) } : null);
  const text = whole
    ? updateRecord(
        source.text,
        file,
        declared ? { version: declared.version, reason: declared.reason ?? undefined } : {},
      )
    : describeBytes({
        model,
        file,
        before: current,
        version: declared?.version ?? current?.record.version ?? source.record.version,
        artifacts,
        datasets: current?.record.datasets ?? [],
        given: {},
        replaces: true,
        keep: false,
      }).text;
  await writeFileAtomic(join(project.root, file), text, { durable: true });
  return parseRecord(text, file).version;
}

function merged(now: readonly Artifact[], then: readonly Artifact[], paths: readonly string[] | undefined): Artifact[] {
  if (!paths) return [...then];
  const taken = then.filter((artifact) => paths.includes(artifact.path));
  return [...now.filter((artifact) => !taken.some((other) => other.path === artifact.path)), ...taken].toSorted(
    (a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
  );
}

function reasonOf(record: ModelRecord): string | undefined {
  const reason: Value | undefined = record.fields["reason"];
  return typeof reason === "string" ? reason : undefined;
}

async function otherRecord(
  project: Project,
  releases: Releases,
  model: string,
  now: Snapshot,
  after: Snapshot,
): Promise<string> {
  const file = project.settings.models[model]?.record ?? "";
  const before = now.records.get(model) ?? null;
  const { oid } = await project.git.head();
  const version = await nextFreeDraft(project, releases, model, {
    declared: before?.record.version ?? null,
    heads: oid === null ? [] : [oid],
  });
  const { text } = describeBytes({
    model,
    file,
    before,
    version,
    artifacts: artifactsNow(after, before?.record.artifacts ?? []),
    datasets: before?.record.datasets ?? [],
    given: {},
    replaces: true,
    keep: false,
  });
  await writeFileAtomic(join(project.root, file), text, { durable: true });
  return version;
}
