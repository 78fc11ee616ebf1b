// Whether all history and all release tags are in this clone. Where they are not, nothing may be concluded of what was
// released: a number could be given twice.
import { isMvError, MvError } from "../errors.ts";
import { formatTag, isDraft } from "../model/version.ts";
import { declaredVersions } from "./drafts.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";
import { modelNames } from "./versions.ts";

/** A release tag that history speaks of and this clone does not have. */
interface Absent {
  model: string;
  version: string;
  tag: string;
}

/**
 * Fails with incomplete in a shallow clone, and in one without any release tag where the history of `heads` declares numbers
 * that some remote has tags of. Whoever declares a first number and releases it later has none either, so the remotes are
 * asked then, and only then; where one cannot be asked, nothing is concluded. Give the commits before the one in question.
 */
export async function requireHistory(project: Project, releases: Releases, heads: readonly string[]): Promise<void> {
  await requireDeep(project);
  const remotes = releases.all.length > 0 ? [] : await project.git.remotes();
  if (remotes.length === 0) return;
  await requireNowhere(project, remotes, await declaredOnly(project, releases, heads));
}

/**
 * The same for a command that makes a release: where tags may be missing, the remotes are asked for them, so that the first
 * release of a repository is told from a clone without tags.
 */
export async function requireAllReleases(project: Project, releases: Releases): Promise<void> {
  await requireDeep(project);
  const { oid } = await project.git.head();
  const open = openSeals(project, releases);
  const declared = oid === null || releases.all.length > 0 ? [] : await declaredOnly(project, releases, [oid]);
  await requireNowhere(project, await project.git.remotes(), [...open, ...declared]);
}

/**
 * The command that brings what this clone may lack: all history where it is shallow, tags where it was told to leave them out
 * and has none. Null where nothing speaks for a gap. Asks no remote.
 */
export async function completingCommand(project: Project, hasReleases: boolean): Promise<string | null> {
  if (await project.git.isShallow()) return "git fetch --unshallow --tags";
  const [remote] = hasReleases ? [] : await tagless(project);
  return remote === undefined ? null : fetchTags(remote);
}

async function tagless(project: Project): Promise<string[]> {
  const found: string[] = [];
  for (const remote of await project.git.remotes())
    if ((await project.git.config(`remote.${remote}.tagOpt`)) === "--no-tags") found.push(remote);
  return found;
}

/**
 * The same for a commit that declares a number itself, in a clone that was told to leave tags out: that remote is asked, so
 * that a number which was only declared so far is told from one whose tag is missing here.
 */
export async function requireTags(project: Project, releases: Releases, head: string): Promise<void> {
  if (releases.all.length > 0) return;
  for (const remote of await tagless(project)) {
    await requireNowhere(project, [remote], await declaredOnly(project, releases, [head]));
  }
}

/** Fails where a remote has one of the tags, or cannot be asked for them. */
async function requireNowhere(project: Project, remotes: readonly string[], absent: readonly Absent[]): Promise<void> {
  if (absent.length === 0) return;
  for (const remote of remotes) {
    const there = await tagsOn(project, remote, absent);
    if (there.length === 0) continue;
    throw new MvError(
      "incomplete",
      `${remote} has ${firstOf(there)}, which this clone has not: what was released cannot be known here`,
      { hint: fetchTags(remote), details: { why: "no-tags" } },
    );
  }
}

async function requireDeep(project: Project): Promise<void> {
  if (!(await project.git.isShallow())) return;
  throw new MvError("incomplete", "This clone is shallow: what was released before cannot be known here", {
    hint: "git fetch --unshallow --tags",
    details: { why: "shallow" },
  });
}

/** Numbers of releases that records declare and no tag has. */
async function declaredOnly(project: Project, releases: Releases, heads: readonly string[]): Promise<Absent[]> {
  const lists = await Promise.all(
    modelNames(project).map(async (model) => {
      const versions = await declaredVersions(project, model, heads);
      return versions.filter((version) => !isDraft(version)).map((version) => absentTag(project, model, version));
    }),
  );
  return lists.flat().filter(({ model, version }) => releases.find(model, version) === undefined);
}

/** Releases that later ones seal or follow, and that are not here. */
function openSeals(project: Project, releases: Releases): Absent[] {
  const here = new Set(releases.all.map((release) => release.oid));
  return releases.all.flatMap(({ model, seal, previous }) =>
    [seal, previous].flatMap((ref) => (ref && !here.has(ref.tag) ? [absentTag(project, model, ref.version)] : [])),
  );
}

function absentTag(project: Project, model: string, version: string): Absent {
  return { model, version, tag: formatTag(project.settings.models[model]?.tag ?? "v{version}", model, version) };
}

async function tagsOn(project: Project, remote: string, absent: readonly Absent[]): Promise<string[]> {
  const names = [...new Set(absent.map(({ tag }) => tag))];
  try {
    return (await project.git.remoteTags(remote, names)).map(({ name }) => name);
  } catch (error) {
    if (!isMvError(error) || error.code !== "unreachable") throw error;
    throw new MvError(
      "incomplete",
      `This clone lacks ${firstOf(names)}, and ${remote} cannot be asked for ${names.length === 1 ? "it" : "them"}: ${error.message}`,
      { hint: fetchTags(remote), details: { why: "no-tags", remote }, cause: error },
    );
  }
}

function fetchTags(remote: string): string {
  return remote === "origin" ? "git fetch --tags" : `git fetch --tags ${remote}`;
}

function firstOf(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and others` : names.join(", ");
}
