// mv tag: one commit that carries what the release needs, then the annotated tag that seals it.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { parseRecord, updateRecord } from "../model/record.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { withLock } from "../platform/locks.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases, requireHistory } from "./releases.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { requireReleasable } from "./tag/releasable.ts";
import { releaseMessage } from "./tag/payload.ts";
import { rememberTag } from "./tag/remembered.ts";
import { planReleases, type Planned } from "./tag/plan.ts";

export interface TagInput {
  /** As typed: "v1.2.0", "churn@v1.2.0"; none: what the records declare. */
  versions: readonly string[];
  model?: string | undefined;
  reason?: string | undefined;
  /** Commit all changes to tracked files, as `git commit -a` does. */
  all?: boolean | undefined;
  allowGap?: boolean | undefined;
  /** true: sign; false: do not; undefined: as Git is set up. */
  sign?: boolean | undefined;
}

export interface TaggedRelease {
  model: string;
  version: string;
  tag: string;
  oid: string;
  bump: string;
}

export interface TagResult {
  commit: string;
  /** False where HEAD declared the versions already and only the tag was made. */
  committed: boolean;
  releases: TaggedRelease[];
}

/** Releases what the index and the records hold. Fails without leaving anything behind, or can be repeated. */
export async function tag(project: Project, input: TagInput): Promise<TagResult> {
  return withLock(project.stateDir, "write", async () => {
    const snapshot = await readSnapshot(project, "worktree");
    const releases = await readReleases(project);
    await requireHistory(project, releases, declaredFinals(snapshot));
    const planned = await planReleases(project, snapshot, releases, input);
    const { clean } = await requireReleasable(project, snapshot, planned, input.all === true);
    const head = await project.git.head();
    const declared = planned.every(
      (item) => item.record.version === item.version && item.record.fields["reason"] === item.reason,
    );
    const committed = !(declared && clean && head.oid !== null);
    const commit = committed ? await commitReleases(project, planned, input) : (head.oid ?? "");
    const tags = await tagCommit(project, releases, planned, commit, input);
    return { commit, committed, releases: tags };
  });
}

function declaredFinals(snapshot: Snapshot): string[] {
  return [...snapshot.records].flatMap(([model, found]) =>
    found && !found.record.version.includes("-") ? [`${model} ${found.record.version}`] : [],
  );
}

async function commitReleases(project: Project, planned: readonly Planned[], input: TagInput): Promise<string> {
  const { git, settings } = project;
  const head = await git.head();
  if (head.branch === null) {
    throw new MvError("detached", "The release would be a commit on no branch", {
      hint: `git switch -c ${head.oid === null ? "main" : "NAME"}`,
    });
  }
  const files = planned.map((item) => item.file);
  for (const item of planned)
    await writeFileAtomic(join(project.root, item.file), releasedRecord(project, item), { durable: true });
  try {
    await git.stage(files);
    const subject = settings.release_subject.replace(
      "{versions}",
      planned.map((item) => `${item.model} ${item.version}`).join(", "),
    );
    const reasons = [...new Set(planned.map((item) => item.reason))];
    return await git.commit({
      message: `${subject}\n\n${reasons.join("\n\n")}\n`,
      all: input.all === true,
      allowEmpty: true,
    });
  } catch (error) {
    for (const item of planned) await writeFileAtomic(join(project.root, item.file), item.text, { durable: true });
    await git.stage(files);
    throw error;
  }
}

function releasedRecord(project: Project, item: Planned): string {
  const text = updateRecord(item.text, item.file, {
    version: item.version,
    reason: item.reason,
    ...(item.record.fields["training_date"] === undefined
      ? { training_date: project.now().toISOString().slice(0, 10) }
      : {}),
  });
  parseRecord(text, item.file);
  return text;
}

async function tagCommit(
  project: Project,
  releases: Releases,
  planned: readonly Planned[],
  commit: string,
  input: TagInput,
): Promise<TaggedRelease[]> {
  const { git } = project;
  const sealed = await readSnapshot(project, { commit });
  const messages = planned.map((item) => releaseMessage(sealed, releases, item, commit));
  const tags = await git.createTags(
    messages.map(({ tagName, text }) => ({ name: tagName, target: commit, message: text })),
    input.sign === undefined ? {} : { sign: input.sign },
  );
  const result = messages.map(({ item, tagName, bump }): TaggedRelease => {
    const oid = tags.find((made) => made.name === tagName)?.oid ?? "";
    return { model: item.model, version: item.version, tag: tagName, oid, bump };
  });
  for (const [at, made] of result.entries()) {
    const before = planned[at]?.record;
    if (before) await rememberTag(project, made, before);
  }
  return result;
}
