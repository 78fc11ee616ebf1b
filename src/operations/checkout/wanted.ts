// What the artifacts shall hold after a checkout: those of the version itself, and those that follow their pointers.
import { MvError } from "../../errors.ts";
import type { Artifact } from "../../model/content.ts";
import type { Release } from "../../model/release.ts";
import { type Wanted, wantedOf } from "../materialize.ts";
import type { Project } from "../project.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Found } from "../versions.ts";

export interface WantedBytes {
  /** The version's own artifacts and data: without one of them the checkout fails. */
  must: Map<string, Wanted>;
  /** All that shall change; null: gone. */
  wanted: Map<string, Wanted | null>;
  /** Artifacts of others whose pointer stays the same. */
  still: Set<string>;
}

/**
 * Fails with release-differs where the commit does not have the artifacts that the tag names: such a tag was not made by
 * `mv tag`, and may name files that are not its own.
 */
export async function requireAsReleased(project: Project, release: Release, tree: Snapshot): Promise<void> {
  const refuse = (path: string, why: string): MvError =>
    new MvError("release-differs", `${release.tag} names ${path}, ${why}`, {
      hint: `mv verify ${release.tag}`,
      details: { tag: release.tag, path },
    });
  for (const { path, sha256 } of release.artifacts) {
    if (tree.pointers.get(path)?.pointer.sha256 !== sha256)
      throw refuse(path, "which its commit has no such pointer of");
  }
  const loose = release.datasets.filter(({ path }) => !tree.pointers.has(path)).map(({ path }) => path);
  if (loose.length === 0) return;
  const tracked = new Set((await project.git.listFiles(release.commit, loose)).map((file) => file.path));
  const taken = loose.find((path) => tracked.has(path));
  if (taken !== undefined) throw refuse(taken, "which is a file of its commit");
}

export function wantedBytes(
  project: Project,
  found: Found,
  trees: { before: Snapshot; after: Snapshot; noData: boolean },
): WantedBytes {
  const { before, after, noData } = trees;
  const must = mustHave(project, found, after, noData);
  const wanted = new Map<string, Wanted | null>();
  const still = new Set<string>();
  for (const [path, { pointer }] of before.pointers) {
    const stays = after.pointers.has(path) || pointer.kind === "external" || (noData && pointer.role === "dataset");
    if (!stays) wanted.set(path, null);
  }
  for (const [path, { pointer }] of after.pointers) {
    if (noData && pointer.role === "dataset") continue;
    const bytes = wantedOf(pointer);
    if (bytes === null) continue;
    wanted.set(path, bytes);
    if (!must.has(path) && before.pointers.get(path)?.pointer.sha256 === pointer.sha256) still.add(path);
  }
  for (const [path, bytes] of must) wanted.set(path, bytes);
  return { must, wanted, still };
}

// Of a release, what its tag names. Of any other revision, what its pointers say.
function mustHave(project: Project, found: Found, after: Snapshot, noData: boolean): Map<string, Wanted> {
  const record = found.model === null ? null : (after.records.get(found.model)?.record ?? null);
  const listed = found.release ?? record;
  const artifacts: Artifact[] = listed
    ? [...listed.artifacts, ...(noData ? [] : listed.datasets)]
    : [...after.pointers].flatMap(([path, { pointer }]) => {
        const { kind, sha256, size } = pointer;
        return noData && pointer.role === "dataset" ? [] : [{ path, kind, sha256, size }];
      });
  const must = new Map<string, Wanted>();
  for (const { path, kind, sha256, size } of artifacts) {
    if (kind === "external") continue;
    const pointer = after.pointers.get(path)?.pointer;
    const exact = pointer?.sha256 === sha256 ? wantedOf(pointer) : null;
    if (pointer && !exact) {
      project.warn(
        `${path}: its pointer at this commit has moved on to ${pointer.sha256.slice(0, 8)}; ${found.name} was trained on ${sha256.slice(0, 8)}`,
      );
    }
    must.set(path, exact ?? { kind, sha256, size });
  }
  return must;
}
