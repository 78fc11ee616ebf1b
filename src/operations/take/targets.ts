// Which artifacts of a version are taken, and the pointers that go with their bytes.
import { MvError } from "../../errors.ts";
import type { Artifact } from "../../model/content.ts";
import { pointerPath } from "../../model/paths.ts";
import { parsePointer, type Pointer } from "../../model/pointer.ts";
import { type Wanted, wantedOf } from "../materialize.ts";
import type { Project } from "../project.ts";
import type { Snapshot } from "../snapshot.ts";
import { fromHere } from "../targets.ts";
import type { Found } from "../versions.ts";

/** An artifact of the version with its bytes and its pointer. */
export interface Taken {
  path: string;
  bytes: Wanted;
  pointer: { path: string; text: string; pointer: Pointer };
}

/**
 * The artifacts of the version's record; of paths, whatever the version's record or pointers say of them. A path may be a
 * folder that holds artifacts. Fails with not-tracked and unknown-version.
 */
export async function chosenBytes(
  project: Project,
  then: Snapshot,
  input: { found: Found; model: string; paths: readonly string[] | undefined },
): Promise<Taken[]> {
  const { found, model, paths } = input;
  const record = then.records.get(model)?.record;
  if (!record && !paths) {
    throw new MvError("unknown-version", `${found.name} has no record of ${model}`, { hint: "mv log" });
  }
  const known = new Map<string, Artifact>();
  if (paths) {
    for (const [path, { pointer }] of then.pointers) {
      const { kind, sha256, size } = pointer;
      known.set(path, { path, kind, sha256, size });
    }
    for (const dataset of record?.datasets ?? []) known.set(dataset.path, dataset);
  }
  for (const artifact of record?.artifacts ?? []) known.set(artifact.path, artifact);
  const taken: Taken[] = [];
  for (const artifact of paths ? under(found, known, paths) : known.values()) {
    if (artifact.kind !== "external") taken.push(await withPointer(project, then, found, artifact));
  }
  return taken;
}

function under(found: Found, known: ReadonlyMap<string, Artifact>, paths: readonly string[]): Set<Artifact> {
  const chosen = new Set<Artifact>();
  for (const path of paths) {
    const inside = [...known.values()].filter(
      (item) => item.path === path || item.path.startsWith(`${path}/`) || path === "",
    );
    for (const artifact of inside) chosen.add(artifact);
    if (inside.length > 0) continue;
    throw new MvError("not-tracked", `${found.name} has no artifact ${path}; it has ${[...known.keys()].join(", ")}`, {
      hint: `mv show ${found.release?.tag ?? found.name}`,
    });
  }
  return chosen;
}

/** Of data that moved on after the training, the commit has another pointer than the record: an earlier one has it. */
async function withPointer(project: Project, then: Snapshot, found: Found, artifact: Artifact): Promise<Taken> {
  const { path, sha256 } = artifact;
  const here = then.pointers.get(path);
  const pointer = here?.pointer.sha256 === sha256 ? here : await pointerBefore(project, found.commit, artifact);
  const bytes = pointer && wantedOf(pointer.pointer);
  if (bytes) return { path, bytes, pointer };
  throw new MvError(
    "object-missing",
    `No commit before ${found.name} has the pointer of ${path} ${sha256.slice(0, 8)}`,
    {
      hint: `mv restore ${sha256} ${fromHere(project, path)}`,
    },
  );
}

async function pointerBefore(project: Project, commit: string, artifact: Artifact): Promise<Taken["pointer"] | null> {
  const path = pointerPath(artifact.path);
  const commits = await project.git.commits({ include: [commit], paths: [path] });
  const blobs = await project.git.readPaths(commits.map(({ oid }) => ({ rev: oid, path })));
  for (const blob of blobs) {
    const text = blob?.toString("utf8");
    const pointer = text?.includes(artifact.sha256) ? parsePointer(text, path) : null;
    if (text !== undefined && pointer?.sha256 === artifact.sha256) return { path, text, pointer };
  }
  return null;
}
