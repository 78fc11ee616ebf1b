// mv checkout: code, model and data exactly as released. Everything is found and checked before the tree is touched.
import { MvError } from "../errors.ts";
import type { Artifact } from "../model/content.ts";
import { withLock } from "../platform/locks.ts";
import { beginJournal, endJournal, requireNoJournal } from "./journal.ts";
import { arrange, carryOut, leaveOutMissing, requireObjects, saveOrRefuse, type Wanted, wantedOf } from "./materialize.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { findVersion, type Found } from "./versions.ts";

export interface CheckoutInput {
  version: string;
  model?: string | undefined;
  /** Leave datasets as they are. */
  noData?: boolean | undefined;
  /** Store bytes that would be lost, then go on. */
  force?: boolean | undefined;
}

export interface CheckoutResult {
  name: string;
  model: string | null;
  version: string | null;
  commit: string;
  /** Artifacts of the version that the tree now holds. */
  files: number;
  written: string[];
  removed: string[];
  /** Artifacts of other models whose bytes the cache lacks: left as pointers only. */
  absent: string[];
  /** Bytes that --force stored before they were overwritten. */
  saved: { path: string; sha256: string }[];
  /** The branch that was left; null where HEAD was detached before, or a branch was switched to. */
  left: string | null;
  branch: string | null;
}

/** Checks a version out. On failure the tree is as it was. */
export async function checkout(project: Project, input: CheckoutInput): Promise<CheckoutResult> {
  return withLock(project.stateDir, "write", async () => {
    await requireNoJournal(project);
    await requireQuiet(project);
    const releases = await readReleases(project);
    const { found, branch } = await target(project, releases, input);
    const head = await project.git.head();
    const [before, after] = await Promise.all([
      readSnapshot(project, "worktree"),
      readSnapshot(project, { commit: found.commit }),
    ]);
    const must = mustHave(project, after, found, input.noData === true);
    const wanted = wantedPaths(before, after, must, input.noData === true);
    const arrangement = await arrange(project, wanted);
    // Artifacts of other models come along where the cache has them; else they stay a pointer only.
    const absent = leaveOutMissing(arrangement, must);
    requireObjects(arrangement, found.name);
    const saved = await saveOrRefuse(project, arrangement, input.force === true);
    await requireSwitchable(project);
    await beginJournal(project, {
      verb: "checkout",
      from: head,
      to: { commit: found.commit, branch },
      wanted: Object.fromEntries(wanted),
    });
    try {
      await project.git.switchTo(branch === null ? { commit: found.commit } : { branch });
    } catch (error) {
      await endJournal(project);
      throw error;
    }
    await carryOut(project, arrangement);
    await endJournal(project);
    return {
      name: found.name,
      model: found.model,
      version: found.release?.version ?? null,
      commit: found.commit,
      files: must.size,
      written: arrangement.placements.map((item) => item.key),
      removed: arrangement.removals.map((item) => item.path),
      absent,
      saved,
      left: branch === null ? head.branch : null,
      branch,
    };
  });
}

async function target(
  project: Project,
  releases: Releases,
  input: CheckoutInput,
): Promise<{ found: Found; branch: string | null }> {
  const found = await findVersion(project, releases, input.version, input.model);
  const isBranch = found.release === null && (await project.git.readRef(`refs/heads/${input.version}`)) !== null;
  return { found, branch: isBranch ? input.version : null };
}

async function requireQuiet(project: Project): Promise<void> {
  const state = await project.git.inProgress();
  if (state === null || state === "bisect") return;
  throw new MvError("in-progress", `A ${state} is under way`, {
    hint: `git ${state} --continue, or git ${state} --abort`,
  });
}

// The bytes that the release names: they must all be there. For a plain revision, what its pointers say.
function mustHave(project: Project, after: Snapshot, found: Found, noData: boolean): Map<string, Wanted> {
  const must = new Map<string, Wanted>();
  const listed = found.release ?? (found.model === null ? null : after.records.get(found.model)?.record);
  const artifacts: readonly Artifact[] = listed
    ? [...listed.artifacts, ...(noData ? [] : listed.datasets)]
    : [...after.pointers].map(([path, { pointer }]) => ({
        path,
        kind: pointer.kind,
        sha256: pointer.sha256,
        size: pointer.size,
      }));
  for (const artifact of artifacts) {
    if (artifact.kind === "external") continue;
    const pointer = after.pointers.get(artifact.path)?.pointer;
    const same = pointer?.sha256 === artifact.sha256 ? wantedOf(pointer) : null;
    if (pointer && !same) {
      project.warn(
        `${artifact.path}: the pointer at this commit has moved on to ${pointer.sha256.slice(0, 8)}; ${artifact.sha256.slice(0, 8)} is what was released`,
      );
    }
    must.set(artifact.path, same ?? { kind: artifact.kind, sha256: artifact.sha256, size: artifact.size });
  }
  return must;
}

function wantedPaths(
  before: Snapshot,
  after: Snapshot,
  must: ReadonlyMap<string, Wanted>,
  noData: boolean,
): Map<string, Wanted | null> {
  const wanted = new Map<string, Wanted | null>();
  for (const [path, { pointer }] of before.pointers) {
    if (!after.pointers.has(path) && pointer.kind !== "external") wanted.set(path, null);
  }
  for (const [path, { pointer }] of after.pointers) {
    if (noData && pointer.role === "dataset") continue;
    const bytes = wantedOf(pointer);
    if (bytes) wanted.set(path, bytes);
  }
  for (const [path, bytes] of must) wanted.set(path, bytes);
  return wanted;
}

async function requireSwitchable(project: Project): Promise<void> {
  const unmerged = await project.git.unmerged();
  if (unmerged.length > 0) throw new MvError("in-progress", `${unmerged[0]} is in conflict`, { hint: "git status" });
}
