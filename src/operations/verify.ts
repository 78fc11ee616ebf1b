// mv verify: whether releases are still what their tags say (bytes, record, pointers, seals), or the working tree its pointers.
import { MvError } from "../errors.ts";
import { dayIn } from "../model/day.ts";
import type { Release } from "../model/release.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { checkObjects } from "./verify/objects.ts";
import type { Problem } from "./verify/problem.ts";
import { checkSeals } from "./verify/seals.ts";
import { checkTags } from "./verify/tags.ts";
import { checkWorktree, type TreeArtifact } from "./verify/worktree.ts";
import { findVersion, oneModel } from "./versions.ts";

export interface VerifyInput {
  /** None and not `all`: the working tree. */
  versions: readonly string[];
  model?: string | undefined;
  all?: boolean | undefined;
}

export interface VerifiedRelease {
  model: string;
  version: string;
  tag: string;
  date: string;
  signed: boolean;
  /** Objects that were read and hashed, and those that are not in the cache. */
  objects: { checked: number; absent: number };
  problems: number;
}

export interface VerifyResult {
  releases: VerifiedRelease[];
  /** The artifacts of the working tree, where no version was asked for. */
  worktree: TreeArtifact[] | null;
  /** Everything that is broken. */
  problems: Problem[];
  /** Artifacts whose bytes are not here: nothing can be said of them. */
  absent: { what: string; path: string; sha256: string }[];
}

/** Reads and hashes everything that is asked for; a finding is no failure. Fails with unknown-version. Rotten objects go to quarantine. */
export async function verify(project: Project, input: VerifyInput): Promise<VerifyResult> {
  const releases = await readReleases(project);
  if (input.all !== true && input.versions.length === 0) {
    return { releases: [], ...(await checkWorktree(project, input.model)) };
  }
  const chosen = await chosenReleases(project, releases, input);
  const tags = await checkTags(project, chosen);
  const seals = await checkSeals(project, releases, chosen);
  const objects = await checkObjects(project, chosen);
  const problems = [...tags, ...seals, ...objects.problems, ...(input.all === true ? unreadable(releases) : [])];
  return {
    releases: chosen.map((release) => ({
      model: release.model,
      version: release.version,
      tag: release.tag,
      date: dayIn(release.tagger.zone, release.tagger.date),
      signed: release.signed,
      objects: objects.of(release),
      problems: problems.filter((problem) => problem.tag === release.tag).length,
    })),
    worktree: null,
    problems,
    absent: objects.absent,
  };
}

async function chosenReleases(project: Project, releases: Releases, input: VerifyInput): Promise<Release[]> {
  if (input.all === true) {
    if (input.versions.length > 0)
      throw new MvError("usage", "--all: give versions or --all", { hint: "mv verify --all" });
    return [...(input.model === undefined ? releases.all : releases.of(oneModel(project, input.model)))];
  }
  const chosen: Release[] = [];
  for (const word of input.versions) {
    const { release, name } = await findVersion(project, releases, word, input.model);
    if (!release) {
      throw new MvError("unknown-version", `${name} is not a release: only a tag says what its bytes are`, {
        hint: "mv log",
        details: { version: word },
      });
    }
    if (!chosen.includes(release)) chosen.push(release);
  }
  return chosen;
}

function unreadable(releases: Releases): Problem[] {
  return releases.broken.map(({ tag, oid, why }) => ({
    code: "release-differs",
    what: tag,
    tag,
    message: `claims to be a release and cannot be read: ${why}`,
    hint: `git cat-file tag ${oid}`,
  }));
}
