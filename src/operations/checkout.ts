// mv checkout: code, model and data exactly as released. Everything is found and checked before the tree is touched.
import { MvError } from "../errors.ts";
import { carryOutChange, changing } from "./change.ts";
import { requireCommitted } from "./checkout/uncommitted.ts";
import { requireAsReleased, wantedBytes } from "./checkout/wanted.ts";
import { leaveOutMissing, leaveOutUnsaved, requireObjects, type SavedBytes, saveOrRefuse } from "./materialize.ts";
import { arrangeFetching } from "./objects/arrange.ts";
import type { Project } from "./project.ts";
import { requireQuiet } from "./quiet.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readSnapshot } from "./snapshot.ts";
import { findVersion, type Found, warnIfRetracted } from "./versions.ts";

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
  saved: SavedBytes[];
  /** False where HEAD was there already. */
  switched: boolean;
  /** The branch that was left; null where HEAD was detached before, or a branch was switched to. */
  left: string | null;
  branch: string | null;
}

/** Checks a version out. On failure HEAD, index and tree are as they were. */
export async function checkout(project: Project, input: CheckoutInput): Promise<CheckoutResult> {
  return changing(project, async () => {
    (await project.store()).expectLooks(project.root);
    await requireQuiet(project);
    const releases = await readReleases(project);
    const { found, branch } = await target(project, releases, input);
    warnIfRetracted(project, releases, found);
    const from = await project.git.head();
    const [before, after] = await Promise.all([
      readSnapshot(project, "worktree", () => undefined),
      readSnapshot(project, { commit: found.commit }),
    ]);
    if (found.release) await requireAsReleased(project, found.release, after);
    const { must, wanted, still } = wantedBytes(project, found, { before, after, noData: input.noData === true });
    const arrangement = await arrangeFetching(project, wanted, { must });
    // Artifacts of other models come along where the cache has them, and unless somebody works on them.
    leaveOutUnsaved(arrangement, still);
    const absent = leaveOutMissing(arrangement, must);
    requireObjects(arrangement, found.name);
    const kept = await requireCommitted(project, found, { before, after, must });
    const saved = await saveOrRefuse(project, arrangement, input.force === true);
    const switched = from.oid !== found.commit || from.branch !== branch;
    if (switched || arrangement.placements.length + arrangement.removals.length > 0) {
      const to = { commit: found.commit, branch };
      const change = { verb: "checkout" as const, from, to, wanted: Object.fromEntries(wanted), files: {} };
      await carryOutChange(project, { ...change, to: switched ? to : null }, arrangement).catch(withWayOut);
    }
    if (found.release && kept.length > 0)
      project.warn(`not as released, since changes of yours are not committed: ${kept.join(", ")}`);
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
      switched,
      left: branch === null ? from.branch : null,
      branch,
    };
  });
}

/** Tags come before branches; a branch is switched to by its name, everything else is a detached commit. */
async function target(
  project: Project,
  releases: Releases,
  input: CheckoutInput,
): Promise<{ found: Found; branch: string | null }> {
  const found = await findVersion(project, releases, input.version, input.model);
  const { version } = input;
  const { git } = project;
  const isBranch =
    found.release === null &&
    (await git.readRef(`refs/tags/${version}`)) === null &&
    (await git.readRef(`refs/heads/${version}`)) === found.commit;
  return { found, branch: isBranch ? version : null };
}

/** Git's refusal to overwrite local changes or untracked files, in short, with what to type. */
function withWayOut(error: unknown): never {
  if (!(error instanceof MvError) || error.code !== "would-lose" || error.hint !== undefined) throw error;
  const paths = [...error.message.matchAll(/^ {4}(.+)$/gm)].map(([, path = ""]) => path);
  const what = error.message.includes("untracked") ? "Untracked files" : "Local changes";
  throw new MvError(
    "would-lose",
    paths.length > 0 ? `${what} would be overwritten: ${paths.join(", ")}` : error.message,
    {
      hint: what === "Untracked files" ? "move them aside, then repeat" : "git stash, or git commit",
      details: { ...error.details, paths, git: error.message },
      cause: error,
    },
  );
}
