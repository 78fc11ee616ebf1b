// mv status: what the models declare, and whether the artifacts on disk are what their pointers say.
import { join } from "node:path";
import type { Release } from "../model/release.ts";
import type { Pointer } from "../model/pointer.ts";
import { committedRecord } from "./add/describe-model.ts";
import { isSaved, wantedOf } from "./materialize.ts";
import { readIgnored } from "./mvignore.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { isStale, readSnapshot, type Snapshot } from "./snapshot.ts";
import { rememberedTags } from "./tag/remembered.ts";

/**
 * unchanged: disk holds the pointer's bytes. modified: it holds bytes that were never added. other-version: bytes that were,
 * so the pointer moved. absent: there is only the pointer. external: bytes that live elsewhere.
 */
export type ArtifactState = "unchanged" | "modified" | "other-version" | "absent" | "external";

export interface ArtifactStatus {
  path: string;
  role: string;
  state: ArtifactState;
  /** For other-version: whose bytes are on disk, "churn 1.1.0"; left out for a draft's. */
  holds?: string;
  /** For absent: whether the cache could bring it back. */
  stored?: boolean;
}

export interface ModelStatus {
  model: string;
  declared: string | null;
  released: boolean;
  /** The record describes other bytes than the pointers. */
  stale: boolean;
  /** Bytes or number differ from HEAD's. */
  uncommitted: boolean;
  /** Releases that no other repository has, as far as is known here. */
  local_only: string[];
  /** Datasets that changed after the training. */
  moved_datasets: string[];
  newest: string | null;
}

export interface StatusResult {
  branch: string | null;
  models: ModelStatus[];
  artifacts: ArtifactStatus[];
  /** A merge left records or pointers in conflict. */
  conflicts: string[];
}

/** Reads only; takes no lock, so it works while another command runs. */
export async function status(project: Project): Promise<StatusResult> {
  const { git } = project;
  const [snapshot, releases, head, local] = await Promise.all([
    readSnapshot(project, "worktree"),
    readReleases(project),
    git.head(),
    rememberedTags(project),
  ]);
  const models: ModelStatus[] = [];
  for (const [model, found] of snapshot.records) {
    const committed = found && (await committedRecord(project, found.path));
    const newest = releases.of(model).at(-1)?.version ?? null;
    models.push({
      model,
      declared: found?.record.version ?? null,
      released: found !== null && releases.find(model, found.record.version) !== undefined,
      stale: found !== null && isStale(snapshot, found.record),
      uncommitted:
        found !== null && (committed?.version !== found.record.version || committed.content !== found.record.content),
      local_only: localOnly(releases, model, local),
      moved_datasets: found ? movedDatasets(snapshot, found.record.datasets) : [],
      newest,
    });
  }
  const artifacts: ArtifactStatus[] = [];
  for (const [path, { pointer }] of snapshot.pointers)
    artifacts.push(await artifactStatus(project, releases, path, pointer));
  const unmerged = await git.unmerged();
  return {
    branch: head.branch,
    models,
    artifacts,
    conflicts: unmerged.filter((path) => path.endsWith(".mv.yaml") || isRecord(project, path)),
  };
}

function isRecord(project: Project, path: string): boolean {
  return Object.values(project.settings.models).some((model) => model.record === path);
}

function localOnly(releases: Releases, model: string, local: readonly { oid: string }[]): string[] {
  const here = new Set(local.map((item) => item.oid));
  return releases
    .of(model)
    .filter((release) => here.has(release.oid))
    .map((release) => release.version);
}

function movedDatasets(snapshot: Snapshot, datasets: readonly { path: string; sha256: string }[]): string[] {
  return datasets
    .filter((dataset) => snapshot.pointers.get(dataset.path)?.pointer.sha256 !== dataset.sha256)
    .map((dataset) => dataset.path);
}

async function artifactStatus(
  project: Project,
  releases: Releases,
  path: string,
  pointer: Pointer,
): Promise<ArtifactStatus> {
  const wanted = wantedOf(pointer);
  const { role } = pointer;
  if (wanted === null) return { path, role, state: "external" };
  const store = await project.store();
  const ignored = wanted.kind === "directory" ? await readIgnored(project, path) : undefined;
  const bytes = await store.look(join(project.root, path), path, ignored ? { ignored } : {});
  if (bytes === null)
    return { path, role, state: "absent", stored: (await store.missing([wanted.sha256])).length === 0 };
  if (bytes.sha256 === wanted.sha256) return { path, role, state: "unchanged" };
  const release = releases.all.findLast((item) => holdsBytes(item, path, bytes.sha256));
  if (release) return { path, role, state: "other-version", holds: `${release.model} ${release.version}` };
  // Bytes in the cache were added once: it is the pointer that moved, by a reset or a stash, and nothing can be lost.
  return { path, role, state: (await isSaved(project, bytes)) ? "other-version" : "modified" };
}

function holdsBytes(release: Release, path: string, sha256: string): boolean {
  return [...release.artifacts, ...release.datasets].some(
    (artifact) => artifact.path === path && artifact.sha256 === sha256,
  );
}
