// What an artifact's path holds, against its pointer: the one answer of status and diff.
import { join } from "node:path";
import type { ManifestEntry } from "../model/manifest.ts";
import type { Pointer } from "../model/pointer.ts";
import type { Release } from "../model/release.ts";
import type { Bytes } from "../store/store.ts";
import { isSaved, type Wanted, wantedOf } from "./materialize.ts";
import { readIgnored } from "./mvignore.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";

/**
 * unchanged: disk holds the pointer's bytes. modified: it holds bytes that are stored nowhere, or another executable bit.
 * other-version: bytes that were added before, so the pointer moved. absent: there is only the pointer. external: bytes that
 * live elsewhere.
 */
export type ArtifactState = "unchanged" | "modified" | "other-version" | "absent" | "external";

/** How what is on disk compares with its pointer. */
export interface Comparison {
  state: ArtifactState;
  /** For other-version: the release whose bytes are on disk, "churn 1.1.0"; not there where no release holds them. */
  holds?: string;
  /** For modified: the bytes are the pointer's, and executable bits alone differ. */
  only_executable?: true;
}

/**
 * What is in place of an artifact; null where nothing is, or where its bytes live elsewhere. Hashes only what the stat index
 * does not know. Fails with bad-path where something that cannot be an artifact is there.
 */
export async function bytesAt(project: Project, path: string, pointer: Pointer): Promise<Bytes | null> {
  if (pointer.kind === "external") return null;
  const store = await project.store();
  const ignored = pointer.kind === "directory" ? { ignored: await readIgnored(project, path) } : {};
  return store.look(join(project.root, path), path, ignored);
}

/** Compares what is in an artifact's place with its pointer. */
export async function compareBytes(
  project: Project,
  releases: Releases,
  path: string,
  pointer: Pointer,
  bytes: Bytes | null,
): Promise<Comparison> {
  const wanted = wantedOf(pointer);
  if (wanted === null) return { state: "external" };
  if (bytes === null) return { state: "absent" };
  const isSame = bytes.sha256 === wanted.sha256 && bytes.kind === wanted.kind;
  if (isSame && (bytes.kind === "directory" || bytes.executable === wanted.executable)) return { state: "unchanged" };
  if (isSame || (await hasSameFiles(project, bytes, wanted))) {
    // On file systems without the bit Git does not look at it either.
    const isSeen = (await project.git.config("core.fileMode")) !== "false";
    return isSeen ? { state: "modified", only_executable: true } : { state: "unchanged" };
  }
  const release = releases.all.findLast((item) => holdsBytes(item, path, bytes.sha256));
  if (release) return { state: "other-version", holds: `${release.model} ${release.version}` };
  const store = await project.store();
  // A folder whose manifest is not here was never added like this, whatever became of its files.
  const wasAdded = (await isSaved(project, bytes)) && (await store.missing([bytes.sha256])).length === 0;
  return { state: wasAdded ? "other-version" : "modified" };
}

/** Whether two folders differ in executable bits alone. */
async function hasSameFiles(project: Project, bytes: Bytes, wanted: Wanted): Promise<boolean> {
  if (bytes.kind !== "directory" || wanted.kind !== "directory" || bytes.size !== wanted.size) return false;
  const store = await project.store();
  if ((await store.missing([wanted.sha256])).length > 0) return false;
  const entries = await store.manifest(wanted.sha256);
  return entries.length === bytes.entries.length && entries.every((entry, at) => isSameFile(entry, bytes.entries[at]));
}

function isSameFile(a: ManifestEntry, b: ManifestEntry | undefined): boolean {
  if (b === undefined || a.path !== b.path) return false;
  if ("link" in a || "link" in b) return "link" in a && "link" in b && a.link === b.link;
  return a.sha256 === b.sha256;
}

function holdsBytes(release: Release, path: string, sha256: string): boolean {
  return [...release.artifacts, ...release.datasets].some(
    (artifact) => artifact.path === path && artifact.sha256 === sha256,
  );
}
