// mv tag: one commit that carries what the release needs, then the annotated tag that seals it.
import { MvError } from "../errors.ts";
import { parseRecord } from "../model/record.ts";
import { changing } from "./change.ts";
import { requireAllReleases } from "./complete.ts";
import type { Project } from "./project.ts";
import { requireQuiet } from "./quiet.ts";
import { readReleases } from "./releases.ts";
import type { Confirmation } from "./remotes.ts";
import { readSnapshot } from "./snapshot.ts";
import { tagAgain } from "./tag/again.ts";
import { bundleKey, hasBundles, makeBundles } from "./tag/bundles.ts";
import { commitAndTag, tagCommit } from "./tag/commit.ts";
import { planReleases, type Planned, type Reasoned } from "./tag/plan.ts";
import { requireBranch, requireStaged, requireWhole } from "./tag/releasable.ts";
import { rememberBefore } from "./tag/remembered.ts";

export interface TagInput {
  /** As typed: "v1.2.0", "churn@v1.2.0"; none: what the records declare. */
  versions: readonly string[];
  model?: string | undefined;
  reason?: string | undefined;
  /** Asks for the reason where nothing gives one, once nothing else is in the way; an empty answer is none. */
  askReason?: ((releases: string) => Promise<string>) | undefined;
  /** Commit all changes to tracked files, as `git commit -a` does. */
  all?: boolean | undefined;
  allowGap?: boolean | undefined;
  /** true: sign; false: do not; undefined: as Git is set up. */
  sign?: boolean | undefined;
  /** The key that signs the files, too: an OpenSSF bundle in the same commit, beside the record. */
  bundle?: string | undefined;
  askPassphrase?: ((key: string) => Promise<string>) | undefined;
}

export interface TaggedRelease {
  model: string;
  version: string;
  tag: string;
  oid: string;
  bump: string;
  /** Path of its bundle in the commit; null where none was wanted. */
  bundle: string | null;
}

export interface TagResult {
  commit: string;
  /** False where HEAD declared the versions already and only the tag was made. */
  committed: boolean;
  releases: TaggedRelease[];
  /** What remotes confirmed to hold of the objects that the cache lacks. */
  confirmed: Confirmation[];
}

/**
 * Releases what the index and the records hold. Cheap checks come first, then those that read bytes; a failure leaves branch,
 * index and records as they were. A run that was killed is finished by repeating it.
 */
export async function tag(project: Project, input: TagInput): Promise<TagResult> {
  return changing(project, async () => {
    await requireQuiet(project);
    await requireBranch(project);
    const [snapshot, releases] = await Promise.all([readSnapshot(project, "worktree"), readReleases(project)]);
    await requireAllReleases(project, releases);
    const planned = await planReleases(project, snapshot, releases, input);
    const clean = await requireStaged(project, input);
    const head = await project.git.head();
    const key = await bundleKey(project, input.bundle, input.askPassphrase);
    const isThere = clean && head.oid !== null && (await declares(project, head.oid, planned));
    // A bundle has to be in the commit, so one that HEAD lacks takes another commit.
    const isWhole = isThere && (key === null || (await hasBundles(project, head.oid ?? "", planned)));
    const declared = isWhole ? head.oid : null;
    if (declared === null && head.branch === null) throw detached(head.oid);
    const confirmed = await requireWhole(project, snapshot, planned);
    const reasoned = await withReasons(planned, input);
    if (declared === null) {
      const bundles = key === null ? [] : await makeBundles(project, reasoned, key);
      const { commit, tags } = await commitAndTag(project, releases, reasoned, input, bundles);
      return { commit, committed: true, releases: tags, confirmed };
    }
    await rememberBefore(project, reasoned);
    const tags = await tagCommit(project, releases, reasoned, declared, input);
    return { commit: declared, committed: false, releases: tags, confirmed };
  });
}

/**
 * Whether the commit says all that the releases need, so that it only has to be tagged. A reason that it does not give may
 * come with the tag: CI has no branch to write it on.
 */
async function declares(project: Project, commit: string, planned: readonly Planned[]): Promise<boolean> {
  const blobs = await project.git.readPaths(planned.map((item) => ({ rev: commit, path: item.file })));
  return planned.every((item, at) => {
    const blob = blobs[at];
    if (!blob) return false;
    const { version, fields } = parseRecord(blob.toString("utf8"), item.file);
    return version === item.version && (fields["reason"] === undefined || fields["reason"] === item.reason);
  });
}

function detached(head: string | null): MvError {
  return new MvError("detached", "The release would be a commit on no branch", {
    hint: `git switch -c ${head === null ? "main" : "NAME"}`,
  });
}

async function withReasons(planned: readonly Planned[], input: TagInput): Promise<Reasoned[]> {
  const open = planned.filter((item) => item.reason === null).map((item) => `${item.model} ${item.version}`);
  const answer = open.length > 0 ? ((await input.askReason?.(open.join(", "))) ?? "") : "";
  if (open.length > 0 && answer.trim() === "") {
    throw new MvError("no-reason", `${open.join(", ")} ${open.length === 1 ? "needs" : "need"} a reason`, {
      hint: tagAgain(input, input.versions),
      details: { releases: open },
    });
  }
  return planned.map((item) => ({ ...item, reason: item.reason ?? answer }));
}
