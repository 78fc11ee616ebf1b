// mv move: gives an artifact another name or place: file, pointer, ignore line and every record that lists it.
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MvError } from "../errors.ts";
import { contentOf } from "../model/content.ts";
import { compareBytes, pointerPath } from "../model/paths.ts";
import { formatPointer, type Pointer } from "../model/pointer.ts";
import { datasetSnapshot, type ModelRecord, updateRecord } from "../model/record.ts";
import type { Value } from "../model/value.ts";
import { systemCode, writeError } from "../platform/file-errors.ts";
import { insideTree } from "../platform/files.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { carryOutChange, changing, replacement, type Replacement } from "./change.ts";
import { artifactValues } from "./describe.ts";
import { arrange } from "./materialize.ts";
import { readIgnored } from "./mvignore.ts";
import type { Project } from "./project.ts";
import { requireSettled } from "./settled.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { artifactsUnder, fromHere, requireTrackable, rootPath } from "./targets.ts";

export interface MoveInput {
  from: string;
  to: string;
}

export interface MoveResult {
  from: string;
  to: string;
  /** Records that name the new path. */
  models: string[];
}

/** Moves one artifact; the content of its models stays the same. Staged. */
export async function move(project: Project, input: MoveInput): Promise<MoveResult> {
  return changing(project, async () => {
    const snapshot = await readSnapshot(project, "worktree");
    const [from, ...others] = artifactsUnder(project, snapshot, [input.from]);
    const found = from === undefined ? undefined : snapshot.pointers.get(from);
    if (from === undefined || found === undefined || others.length > 0) {
      throw new MvError("usage", `${input.from} holds ${others.length + 1} artifacts; move them one at a time`, {
        hint: "mv status",
      });
    }
    const to = await freeTarget(project, snapshot, from, input.to);
    const listing = [...snapshot.records].flatMap(([model, item]) =>
      item && lists(item.record, from) ? [{ model, ...item }] : [],
    );
    await requireSettled(project, [pointerPath(from), ...listing.map(({ path }) => path)]);
    const pointer: Pointer = { ...found.pointer, path: to.slice(to.lastIndexOf("/") + 1) };
    const files: Record<string, Replacement> = {
      [pointerPath(to)]: await replacement(project, pointerPath(to), formatPointer(pointer, found.text)),
      [pointerPath(from)]: await replacement(project, pointerPath(from), null),
    };
    for (const { path, text, record } of listing) {
      files[path] = await replacement(project, path, updateRecord(text, path, renamed(record, from, to)));
    }
    const { oid, branch } = await project.git.head();
    const back = await moveBytes(project, from, to);
    try {
      const nothing = await arrange(project, new Map());
      await carryOutChange(project, { verb: "move", from: { oid, branch }, to: null, wanted: {}, files }, nothing);
    } catch (error) {
      // Once the pointer has moved, the next command finishes what is written down.
      if (lstatOrNull(join(project.root, pointerPath(to))) === null) await back();
      throw error;
    }
    await (await project.store()).forget(from);
    return { from, to, models: listing.map(({ model }) => model) };
  });
}

/** Where it goes: into a folder that is there, else under the new name. Fails with exists, bad-path or usage. */
async function freeTarget(project: Project, snapshot: Snapshot, from: string, typed: string): Promise<string> {
  const name = from.slice(from.lastIndexOf("/") + 1);
  const root = rootPathOrTop(project, typed);
  const isFolder = root === "" || typed.endsWith("/") || lstatOrNull(join(project.root, root))?.isDirectory() === true;
  const to = isFolder ? (root === "" ? name : `${root}/${name}`) : root;
  if (to === from) throw new MvError("usage", `${from} is there already`, { hint: "mv move FROM ANOTHER-NAME" });
  await requireTrackable(project, to, false);
  const outer = [...snapshot.pointers.keys(), from].find((other) => to.startsWith(`${other}/`));
  if (outer !== undefined) {
    throw new MvError("bad-path", `${to} would be inside ${outer}, which is an artifact of its own`, {
      hint: `mv move ${fromHere(project, from)} ANOTHER-PLACE`,
    });
  }
  const wasMoved = lstatOrNull(join(project.root, from)) === null && (await holdsBytesOf(project, snapshot, from, to));
  const taken = [pointerPath(to), ...(wasMoved ? [] : [to])].find((path) => lstatOrNull(join(project.root, path)));
  if (taken !== undefined) {
    throw new MvError("exists", `${taken} is there already`, {
      hint: `mv move ${fromHere(project, from)} ANOTHER-NAME`,
    });
  }
  return to;
}

function rootPathOrTop(project: Project, typed: string): string {
  return resolve(project.cwd, typed) === project.root ? "" : rootPath(project, typed);
}

/** After a system's mv, or a kill in the middle of ours, the bytes are at the new place already. */
async function holdsBytesOf(project: Project, snapshot: Snapshot, from: string, to: string): Promise<boolean> {
  if (lstatOrNull(join(project.root, to)) === null) return false;
  const store = await project.store();
  const bytes = await store.look(join(project.root, to), to, { ignored: await readIgnored(project, to) });
  return bytes !== null && bytes.sha256 === snapshot.pointers.get(from)?.pointer.sha256;
}

/** Renames what is on disk, if anything. Returns the way back. */
async function moveBytes(project: Project, from: string, to: string): Promise<() => Promise<void>> {
  const source = join(project.root, from);
  const target = await insideTree(project.root, to);
  await mkdir(dirname(target), { recursive: true });
  if (lstatOrNull(source) === null) return async () => undefined;
  await renameAcross(source, target);
  return () => renameAcross(target, source);
}

async function renameAcross(source: string, target: string): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    if (systemCode(error) !== "EXDEV") throw writeError(error, target);
    await cp(source, target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, errorOnExist: true });
    await rm(source, { recursive: true });
  }
}

function lists(record: ModelRecord, path: string): boolean {
  return [...record.artifacts, ...record.datasets].some((artifact) => artifact.path === path);
}

/** A record's fields that name the path, and the content that is counted over it. */
function renamed(record: ModelRecord, from: string, to: string): Record<string, Value | undefined> {
  const list = (artifacts: ModelRecord["artifacts"]): ModelRecord["artifacts"] =>
    artifacts
      .map((artifact) => (artifact.path === from ? { ...artifact, path: to } : artifact))
      .toSorted((a, b) => compareBytes(a.path, b.path));
  const artifacts = list(record.artifacts);
  const datasets = list(record.datasets);
  const isDerived = record.fields["dataset_snapshot_id"] === datasetSnapshot(record.datasets);
  const snapshot = datasetSnapshot(datasets);
  return {
    ...(artifacts.length > 0
      ? { content: `sha256:${contentOf(artifacts)}`, artifacts: artifactValues(artifacts) }
      : {}),
    ...(datasets.length > 0 ? { datasets: artifactValues(datasets) } : {}),
    ...(isDerived && snapshot !== null ? { dataset_snapshot_id: snapshot } : {}),
  };
}
