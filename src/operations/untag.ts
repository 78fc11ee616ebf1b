// mv untag: takes back a release that nobody else has, and puts the record's version and reason back.
import { join } from "node:path";
import { isMvError, MvError } from "../errors.ts";
import type { Release } from "../model/release.ts";
import { parseReleaseFile, RELEASE_FILE_MAX_BYTES, releaseFilePath } from "../model/release-file.ts";
import { parseRecord, updateRecord } from "../model/record.ts";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import type { Project } from "./project.ts";
import { readRegistry } from "./registry.ts";
import { readReleases, type Releases } from "./releases.ts";
import { requireSettled } from "./settled.ts";
import { RECORD_MAX_BYTES } from "./snapshot.ts";
import { forgetTags, rememberedTags } from "./tag/remembered.ts";
import { quoted } from "./targets.ts";
import { findVersion } from "./versions.ts";

export interface UntagInput {
  version: string;
  model?: string | undefined;
}

export interface UntagResult {
  model: string;
  version: string;
  tag: string;
  oid: string;
  /** What the record declares now; null where it was left alone because it declares something else. */
  declared: string | null;
}

/** Removes a release tag. Fails with untag-shared where a remote or a store has it, another release seals it, or an event names it. */
export async function untag(project: Project, input: UntagInput): Promise<UntagResult> {
  return changing(project, async () => {
    const releases = await readReleases(project);
    const { release } = await findVersion(project, releases, input.version, input.model);
    if (!release) throw new MvError("unknown-version", `${input.version} is not a release`, { hint: "mv log" });
    requireUnsealed(releases, release);
    await requireUnstaged(project, releases, release);
    await requireUnshared(project, release);
    await requireUnstored(project, release);
    await requireSettled(project, [release.record.path]);
    const remembered = (await rememberedTags(project)).find((item) => item.oid === release.oid);
    await project.git.deleteTags([{ name: release.tag, oid: release.oid }], { MVERSION_UNLOCK: release.tag });
    await forgetTags(project, [release.tag]);
    const declared = await putRecordBack(
      project,
      release,
      remembered?.before ?? (await recordBefore(project, release)),
    );
    return { model: release.model, version: release.version, tag: release.tag, oid: release.oid, declared };
  });
}

function shared(release: Pick<Release, "tag">, why: string, details: Record<string, unknown>): MvError {
  return new MvError("untag-shared", `${release.tag} ${why}, so it stays`, {
    hint: `mv retract ${release.tag} -m WHY`,
    details: { tag: release.tag, ...details },
  });
}

function requireUnsealed(releases: Releases, release: Release): void {
  const later = releases.all.find((other) => other.seal?.tag === release.oid || other.previous?.tag === release.oid);
  if (later) throw shared(release, `is sealed by ${later.tag}`, { sealedBy: later.tag });
  const event = releases.isRetracted(release);
  if (!event) return;
  throw new MvError("untag-shared", `${release.tag} is retracted, so it stays: ${event.reason.split("\n")[0]}`, {
    hint: `git show ${quoted(event.tag)}`,
    details: { tag: release.tag, retraction: event.tag },
  });
}

/** An event names its release for ever, also where another version stands on the stage by now. */
async function requireUnstaged(
  project: Project,
  releases: Releases,
  { model, version, tag, oid }: Release,
): Promise<void> {
  const registry = readRegistry(project, releases);
  const fail = (why: string, event: string): MvError => shared({ tag }, why, { event });
  for (const name of registry.stages.filter((known) => known.model === model)) {
    const history = await registry.history(model, name.stage);
    const used = history.find(({ rollout }) => rollout.some((share) => share.tag === oid));
    if (used) throw fail(`was put on ${name.stage} by ${used.tag}`, used.tag);
    const { events } = await registry.confirmations(model, name.stage);
    const confirmed = events.find(({ release }) => release === oid);
    if (confirmed) throw fail(`runs on ${name.stage}, as ${confirmed.tag} says`, confirmed.tag);
  }
  for (const name of registry.tags.filter((known) => known.model === model && known.version === version)) {
    const { events } = await registry.approvals(model, name.stage, version);
    const approved = events.find(({ release }) => release === oid);
    if (approved) throw fail(`is approved for ${name.stage} by ${approved.tag}`, approved.tag);
  }
}

async function requireUnshared(project: Project, release: Release): Promise<void> {
  for (const remote of await project.git.remotes()) {
    const there = await tagsOf(project, remote, release);
    // A tag of the same name that someone else pushed first is another release: taking ours back is the way out.
    if (there.some((tag) => tag.oid === release.oid)) throw shared(release, `is on ${remote}`, { remote });
  }
}

/** A store has a copy for those who have no Git: `mv push --no-git` sends it alone. */
async function requireUnstored(project: Project, release: Release): Promise<void> {
  const path = releaseFilePath(release.model, release.version);
  for (const name of Object.keys(project.settings.remotes)) {
    const { openProjectRemote } = await import("./remotes.ts");
    const remote = await openProjectRemote(project, name);
    try {
      const copy = remote.abilities.files ? await remote.readFile(path, RELEASE_FILE_MAX_BYTES) : null;
      if (copy !== null && parseReleaseFile(copy.bytes, path).release.oid === release.oid)
        throw shared(release, `is in the store ${name}`, { remote: name });
    } finally {
      await remote.close();
    }
  }
}

async function tagsOf(project: Project, remote: string, release: Release): Promise<{ oid: string }[]> {
  try {
    return await project.git.remoteTags(remote, [release.tag]);
  } catch (error) {
    if (!isMvError(error) || error.code !== "unreachable") throw error;
    throw new MvError("unreachable", `${remote} cannot be asked whether it has ${release.tag}: ${error.message}`, {
      hint: "repeat when it can be reached",
      details: { remote, tag: release.tag },
      cause: error,
    });
  }
}

async function recordBefore(
  project: Project,
  release: Release,
): Promise<{ version: string; reason: string | null } | null> {
  const [commit] = await project.git.commits({ include: [release.commit], max: 1 });
  const [parent] = commit?.parents ?? [];
  const [blob] = parent === undefined ? [] : await project.git.readPaths([{ rev: parent, path: release.record.path }]);
  if (!blob) return null;
  const { version, fields } = parseRecord(blob.toString("utf8"), release.record.path);
  return { version, reason: typeof fields["reason"] === "string" ? fields["reason"] : null };
}

/** Returns the version that the record declares now, or null where it says nothing of the release, or nothing else before it. */
async function putRecordBack(
  project: Project,
  release: Release,
  before: { version: string; reason: string | null } | null,
): Promise<string | null> {
  const file = release.record.path;
  const text = await readTextFile(join(project.root, file), RECORD_MAX_BYTES);
  if (text === null || before === null || parseRecord(text, file).version !== release.version) return null;
  const after = updateRecord(text, file, { version: before.version, reason: before.reason ?? undefined });
  if (after === text) return null;
  await writeFileAtomic(join(project.root, file), after, { durable: true });
  await project.git.stage([file]);
  return before.version;
}
