// The commit of a release and its tags, all or nothing: what fails on the way leaves branch, index and records as before.
import { join } from "node:path";
import { isMvError, MvError } from "../../errors.ts";
import { rollBack, savePoint, stageTracked } from "../../git/undo.ts";
import { parseRecord, updateRecord } from "../../model/record.ts";
import { BUNDLE_MAX_BYTES } from "../../model/signing-bundle.ts";
import { readBytesFile, removeFile, writeFileAtomic } from "../../platform/files.ts";
import { checkStaged } from "../check/staged.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { readSnapshot } from "../snapshot.ts";
import type { TaggedRelease, TagInput } from "../tag.ts";
import { tagAgain } from "./again.ts";
import { bundlePath, type CommittedFile } from "./bundles.ts";
import { releaseMessage } from "./payload.ts";
import type { Reasoned } from "./plan.ts";
import { forgetTags, rememberBefore, rememberMade } from "./remembered.ts";

/** Commits what the releases need and tags the commit. Fails with commit-failed, overwrite, version-exists and the like. */
export async function commitAndTag(
  project: Project,
  releases: Releases,
  planned: readonly Reasoned[],
  input: TagInput,
  bundles: readonly CommittedFile[],
): Promise<{ commit: string; tags: TaggedRelease[] }> {
  const { git } = project;
  const before = bundles.map(({ path }) => readBytesFile(join(project.root, path), BUNDLE_MAX_BYTES));
  const point = await savePoint(git);
  let commit: string | null = null;
  await rememberBefore(project, planned);
  try {
    for (const item of planned) await writeRecord(project, item, releasedRecord(project, item));
    for (const { path, text } of bundles) await writeFileAtomic(join(project.root, path), text);
    await git.stage([...planned.map((item) => item.file), ...bundles.map(({ path }) => path)]);
    if (input.all === true) await stageTracked(git);
    await requireRules(project, releases);
    commit = await git.commit({ message: commitMessage(project, planned) }).catch(notReleased(project, planned, input));
    return { commit, tags: await tagCommit(project, releases, planned, commit, input) };
  } catch (error) {
    await rollBack(git, point, commit).catch((failure: unknown) => {
      throw halfDone(error, failure, commit);
    });
    for (const item of planned) await writeRecord(project, item, item.text);
    for (const [at, { path }] of bundles.entries()) await putBack(join(project.root, path), before[at] ?? null);
    await forgetTags(
      project,
      planned.map((item) => item.tagName),
    );
    throw error;
  }
}

/** Tags a commit that holds the records as they shall be released. */
export async function tagCommit(
  project: Project,
  releases: Releases,
  planned: readonly Reasoned[],
  commit: string,
  input: TagInput,
): Promise<TaggedRelease[]> {
  const sealed = await readSnapshot(project, { commit });
  const messages = planned.map((item) => releaseMessage(sealed, releases, item, commit));
  const tags = await project.git
    .createTags(
      messages.map(({ tagName, text }) => ({ name: tagName, target: commit, message: text })),
      input.sign === undefined ? {} : { sign: input.sign },
    )
    .catch(notReleased(project, planned, input));
  const made = messages.map(({ item, tagName, bump }): TaggedRelease => {
    const oid = tags.find((tag) => tag.name === tagName)?.oid ?? "";
    const bundle = input.bundle === undefined ? null : bundlePath(item);
    return { model: item.model, version: item.version, tag: tagName, oid, bump, bundle };
  });
  await rememberMade(project, made);
  return made;
}

/** Git and hooks speak of themselves: what did not happen for it, and the command to repeat, are ours to say. */
function notReleased(project: Project, planned: readonly Reasoned[], input: TagInput): (error: unknown) => never {
  return (error) => {
    if (!isMvError(error) || error.code !== "commit-failed") throw error;
    const names = planned.map((item) => `${item.model} ${item.version}`).join(", ");
    // What was shown as it came is not said twice: its end is what failed.
    const [last = error.message] = project.git.onOutput === null ? [] : error.message.trim().split("\n").slice(-1);
    throw new MvError("commit-failed", `${names} was not released: ${last.replace(/^(?:fatal|error): /, "")}`, {
      hint: `put that right, then: ${tagAgain(input, input.versions, { declared: input.versions.length === 0 })}`,
      details: { ...error.details, output: error.message },
      cause: error,
    });
  };
}

async function putBack(path: string, bytes: Buffer | null): Promise<void> {
  if (bytes === null) removeFile(path);
  else await writeFileAtomic(path, bytes);
}

async function writeRecord(project: Project, item: Reasoned, text: string): Promise<void> {
  await writeFileAtomic(join(project.root, item.file), text, { durable: true });
}

function releasedRecord(project: Project, item: Reasoned): string {
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

function commitMessage(project: Project, planned: readonly Reasoned[]): string {
  const names = planned.map((item) => `${item.model} ${item.version}`).join(", ");
  const subject = project.settings.release_subject.replaceAll("{versions}", () => names);
  return `${subject}\n\n${[...new Set(planned.map((item) => item.reason))].join("\n\n")}\n`;
}

// Our own pre-commit hook leaves the commits that mversion makes to mversion: the same checks, here.
async function requireRules(project: Project, releases: Releases): Promise<void> {
  const findings = await checkStaged(project, releases);
  for (const finding of findings) {
    if (finding.severity !== "error" && finding.rule !== "dropped") project.warn(finding.message);
  }
  const first = findings.find((finding) => finding.severity === "error");
  if (!first || first.rule === "dropped" || first.rule === "draft-again") return;
  throw new MvError(first.rule, first.message.replace(/\.$/, ""), {
    hint: first.next.length > 0 ? first.next.join("\n") : undefined,
    details: { models: first.models },
  });
}

/** The tag failed, and somebody moved the branch meanwhile: the commit stays, and a second run makes the tag alone. */
function halfDone(error: unknown, failure: unknown, commit: string | null): MvError {
  const [why, and] = [error, failure].map((cause) => (cause instanceof Error ? cause.message : String(cause)));
  return new MvError(
    isMvError(error) ? error.code : "commit-failed",
    `${why}\nand the release could not be taken back: ${and}`,
    { hint: "git status, then repeat the command", details: { commit }, cause: error },
  );
}
