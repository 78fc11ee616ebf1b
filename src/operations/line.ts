// Which releases HEAD stands on: a maintenance branch has another newest release than main.
import type { Release } from "../model/release.ts";
import { parseRecord } from "../model/record.ts";
import { isMvError } from "../errors.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";

/** The highest release that HEAD descends from, or that its record names after a squash; null where there is none. */
export async function newestOnLine(project: Project, releases: Releases, model: string): Promise<Release | null> {
  const { oid } = await project.git.head();
  const known = releases.of(model);
  if (oid === null || known.length === 0) return null;
  const highest = known.at(-1);
  // On main the first question answers it.
  if (highest && (await project.git.isAncestor(highest.commit, oid))) return highest;
  const [elsewhere, named] = await Promise.all([
    project.git.commits({ include: [...new Set(known.map((release) => release.commit))], exclude: [oid] }),
    declaredAt(project, oid, model),
  ]);
  const unreached = new Set(elsewhere.map((commit) => commit.oid));
  return known.findLast((release) => release.version === named || !unreached.has(release.commit)) ?? null;
}

async function declaredAt(project: Project, oid: string, model: string): Promise<string | null> {
  const path = project.settings.models[model]?.record ?? "";
  const [blob] = await project.git.readPaths([{ rev: oid, path }]);
  try {
    return blob ? parseRecord(blob.toString("utf8"), path).version : null;
  } catch (error) {
    // A broken record names no release.
    if (isMvError(error)) return null;
    throw error;
  }
}
