// mv move: gives an artifact another name or place: file, pointer, ignore line and every record that lists it.
import { lstat, mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MvError } from "../errors.ts";
import { contentOf } from "../model/content.ts";
import { assertPath, pointerPath } from "../model/paths.ts";
import { formatPointer, type Pointer } from "../model/pointer.ts";
import { datasetSnapshot, type ModelRecord, updateRecord } from "../model/record.ts";
import { numberText, type Value } from "../model/value.ts";
import { insideTree, writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import { placePointer, removePointer } from "./pointers.ts";
import type { Project } from "./project.ts";
import { readSnapshot } from "./snapshot.ts";
import { artifactsUnder, rootPath } from "./targets.ts";

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
    if (from === undefined || others.length > 0) {
      throw new MvError("usage", `${input.from} holds ${others.length + 1} artifacts; move them one at a time`, {
        hint: "mv status",
      });
    }
    const to = await freeTarget(project, from, input.to);
    const found = snapshot.pointers.get(from);
    if (!found) throw new MvError("not-tracked", `${from} is not an artifact`, { hint: `mv add ${from}` });
    const source = join(project.root, from);
    const target = await insideTree(project.root, to);
    await mkdir(dirname(target), { recursive: true });
    const pointer: Pointer = { ...found.pointer, path: to.slice(to.lastIndexOf("/") + 1) };
    const touched = await placePointer(project, to, formatPointer(pointer, found.text));
    if (await exists(source)) await rename(source, target);
    touched.push(...(await removePointer(project, from)));
    const models: string[] = [];
    for (const [model, item] of snapshot.records) {
      if (!item || !mentions(item.record, from)) continue;
      const text = updateRecord(item.text, item.path, moved(item.record, from, to));
      await writeFileAtomic(join(project.root, item.path), text, { durable: true });
      models.push(model);
      touched.push(item.path);
    }
    await project.git.stage([...new Set(touched)]);
    const store = await project.store();
    await store.forget(from);
    return { from, to, models };
  });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function freeTarget(project: Project, from: string, typed: string): Promise<string> {
  let to = rootPath(project, typed);
  const stat = await lstat(join(project.root, to)).catch(() => null);
  if (stat?.isDirectory() || typed.endsWith("/")) to = `${to}/${from.slice(from.lastIndexOf("/") + 1)}`;
  assertPath(to, typed);
  for (const path of [to, pointerPath(to)]) {
    if (await exists(join(project.root, path))) {
      throw new MvError("exists", `${path} is there already`, { hint: `mv move ${from} ANOTHER-NAME` });
    }
  }
  return to;
}

function mentions(record: ModelRecord, path: string): boolean {
  return [...record.artifacts, ...record.datasets].some((artifact) => artifact.path === path);
}

function moved(record: ModelRecord, from: string, to: string): Record<string, Value | undefined> {
  const renamed = (list: ModelRecord["artifacts"]): ModelRecord["artifacts"] =>
    list
      .map((artifact) => (artifact.path === from ? { ...artifact, path: to } : artifact))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const values = (list: ModelRecord["artifacts"]): Value[] =>
    list.map(({ path, kind, sha256, size }) => ({ path, kind, sha256, size: numberText(String(size)) }));
  const artifacts = renamed(record.artifacts);
  const datasets = renamed(record.datasets);
  const snapshot = datasetSnapshot(datasets);
  const own = record.fields["dataset_snapshot_id"];
  const isDerived = typeof own === "string" && own === datasetSnapshot(record.datasets);
  return {
    ...(artifacts.length > 0 ? { content: `sha256:${contentOf(artifacts)}`, artifacts: values(artifacts) } : {}),
    ...(datasets.length > 0 ? { datasets: values(datasets) } : {}),
    ...(isDerived && snapshot !== null ? { dataset_snapshot_id: snapshot } : {}),
  };
}
