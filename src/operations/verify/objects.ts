// The bytes of releases: every object in the cache read and hashed once, however many releases share it.
import { join } from "node:path";
import { pointerPath } from "../../model/paths.ts";
import type { Artifact } from "../../model/content.ts";
import type { Release } from "../../model/release.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";
import { fromHere, quoted } from "../targets.ts";
import type { Problem } from "./problem.ts";

export interface CheckedObjects {
  problems: Problem[];
  absent: { what: string; path: string; sha256: string }[];
  of(release: Release): { checked: number; absent: number };
}

type State = "ok" | "absent" | "rotten";

export async function checkObjects(project: Project, releases: readonly Release[]): Promise<CheckedObjects> {
  const artifacts = releases.flatMap(listed);
  const states = new Map<string, State>();
  await check(project, new Set(artifacts.map((artifact) => artifact.sha256)), states);
  const needs = await membersOf(project, artifacts, states);
  await check(project, new Set([...needs.values()].flat().filter((sha256) => !states.has(sha256))), states);

  const problems: Problem[] = [];
  const absent: CheckedObjects["absent"] = [];
  const counts = new Map<Release, { checked: number; absent: number }>();
  for (const release of releases) {
    const what = `${release.model} ${release.version}`;
    const count = { checked: 0, absent: 0 };
    for (const artifact of listed(release)) {
      const objects = [artifact.sha256, ...(needs.get(artifact.sha256) ?? [])];
      const rotten = objects.filter((sha256) => states.get(sha256) === "rotten");
      const missing = objects.filter((sha256) => states.get(sha256) === "absent");
      count.checked += objects.length - missing.length;
      count.absent += missing.length;
      absent.push(...missing.map((sha256) => ({ what, path: artifact.path, sha256 })));
      for (const sha256 of rotten) {
        problems.push({
          code: "bytes-wrong",
          what,
          tag: release.tag,
          message: `${artifact.path}: the cached object ${sha256.slice(0, 8)} held other bytes and is in quarantine now`,
          hint: await cure(project, release, artifact, sha256),
        });
      }
    }
    counts.set(release, count);
  }
  return { problems, absent, of: (release) => counts.get(release) ?? { checked: 0, absent: 0 } };
}

function listed(release: Release): Artifact[] {
  return [...release.artifacts, ...release.datasets].filter((artifact) => artifact.kind !== "external");
}

async function check(project: Project, shas: ReadonlySet<string>, states: Map<string, State>): Promise<void> {
  if (shas.size === 0) return;
  const store = await project.store();
  for (const { sha256, state } of await store.check([...shas], project.report)) states.set(sha256, state);
}

/** The objects inside each folder whose manifest is here and whole. */
async function membersOf(
  project: Project,
  artifacts: readonly Artifact[],
  states: ReadonlyMap<string, State>,
): Promise<Map<string, string[]>> {
  const store = await project.store();
  const needs = new Map<string, string[]>();
  for (const { kind, sha256 } of artifacts) {
    if (kind !== "directory" || needs.has(sha256) || states.get(sha256) !== "ok") continue;
    const objects = await store.need({ kind, sha256 });
    needs.set(
      sha256,
      [...new Set(objects.map((object) => object.sha256))].filter((other) => other !== sha256),
    );
  }
  return needs;
}

/**
 * How to get back a rotten object of an artifact, the artifact itself or a file inside it: from the working tree where it still
 * has the bytes, else from a remote or another clone.
 */
async function cure(project: Project, release: Release, artifact: Artifact, rotten: string): Promise<string> {
  const { path, kind, sha256 } = artifact;
  const typed = fromHere(project, path);
  const store = await project.store();
  const ignored = kind === "directory" ? { ignored: await readIgnored(project, path) } : {};
  const here = await store.look(join(project.root, path), path, { precise: true, ...ignored });
  if (here?.sha256 === sha256) return `mv add ${typed}`;
  if (Object.keys(project.settings.remotes).length > 0) return `mv fetch ${quoted(release.tag)}`;
  return `mv add ${typed} where the bytes of ${pointerPath(path)} still are, or copy object ${rotten} from another clone's cache`;
}
