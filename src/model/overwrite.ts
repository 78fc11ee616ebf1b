// Rule 1, the overwrite rule: a released number names one content, for ever; a draft's, along its branch. Pure: it knows
// parents, the new tree and the releases of one model, and neither Git nor the policy.
import { sameContent } from "./content.ts";
import { diffArtifacts } from "./diff.ts";
import { compare, comparePrecedence, isDraft, sameVersion } from "./version.ts";

/** What a tree, or a release, says of a model: its number and its content. */
export interface ModelState {
  version: string;
  artifacts: readonly { path: string; sha256: string }[];
}

export interface Verdict {
  /** `reused-warning`: the number names other bytes than its release, but the first parent already did so. */
  result: "ok" | "overwrite" | "reused" | "reused-warning";
  /** Versions of parents whose content the merge loses and no release holds, lowest first. Only with `ok`. */
  dropped: string[];
  /** With `overwrite`, the version that the new one has to be above. */
  own: string | null;
  /** The artifacts that differ from what the number, or the replaced version, stood for; sorted. */
  paths: string[];
  /** With `reused` and `reused-warning`, the release that has the number. */
  releasedAs?: string;
}

export interface Question {
  /** The model in the new tree; null where its record is not there. */
  state: ModelState | null;
  /** The model in each parent's tree, first parent first; null where it has none. */
  parents: readonly (ModelState | null)[];
  /** The model's releases. */
  releases: readonly ModelState[];
  /**
   * The model along first parents. Needed only where the verdict without it is `overwrite`: it clears a revert; and where
   * `renumbers`: it tells whether the number was given before.
   */
  ancestry?: readonly ModelState[];
  /** The model where the parents of a merge part. What both sides started from is not lost by merging them. */
  base?: ModelState | null;
}

/** The verdict on one model in one commit. The same input gives the same verdict; the order of artifacts does not count. */
export function judge(question: Question): Verdict {
  const { state, releases } = question;
  const parents = question.parents.filter((parent) => parent !== null);
  if (state === null || state.artifacts.length === 0) return ok(question);

  const released = releaseOf(state.version, releases);
  if (released !== null) return isSameContent(released, state) ? ok(question) : reused(question, state, released);

  const forebears = [...parents, ...(question.ancestry ?? [])];
  if (forebears.some((forebear) => isSame(forebear, state))) return ok(question);

  const violated = parents
    .filter((parent) => isLost(parent, state))
    .map((parent) => ({ parent, floor: floorOf(parent, releases) }))
    .filter(({ floor }) => !isAbove(state.version, floor));
  if (violated.length === 0) {
    const given = renumbers(question) ? givenBefore(question, state) : undefined;
    if (given === undefined) return ok(question);
    return { result: "overwrite", dropped: [], own: state.version, paths: differingPaths(given, state) };
  }
  const floors = violated.map(({ floor }) => floor.version);
  return {
    result: "overwrite",
    dropped: [],
    own: floors.sort(compare).at(-1) ?? null,
    paths: [...new Set(violated.flatMap(({ parent }) => differingPaths(parent, state)))].sort(),
  };
}

/**
 * Whether the new tree gives a final number that is not released to bytes that its only parent has under another one. No
 * content is replaced then, but the number may have been another content's: untag puts back what the record said before.
 */
export function renumbers({ state, parents, releases }: Question): boolean {
  const [parent = null] = parents;
  if (state === null || parent === null || parents.length > 1 || isDraft(state.version)) return false;
  if (releaseOf(state.version, releases) !== null || sameVersion(parent.version, state.version)) return false;
  return isSameContent(parent, state);
}

function givenBefore({ ancestry = [] }: Question, state: ModelState): ModelState | undefined {
  return ancestry.find(
    (forebear) =>
      forebear.artifacts.length > 0 && sameVersion(forebear.version, state.version) && !isSameContent(forebear, state),
  );
}

/** The release that has the number: the one of the same text before one that semver ranks alike (1.0.0+gpu for 1.0.0). */
function releaseOf(version: string, releases: readonly ModelState[]): ModelState | null {
  const alike = releases.filter((release) => sameVersion(release.version, version));
  return alike.find((release) => release.version === version) ?? alike[0] ?? null;
}

function reused({ parents }: Question, state: ModelState, released: ModelState): Verdict {
  const first = parents[0] ?? null;
  return {
    result: first !== null && isSame(first, state) ? "reused-warning" : "reused",
    dropped: [],
    own: null,
    paths: differingPaths(released, state),
    releasedAs: released.version,
  };
}

function isAbove(version: string, floor: Floor): boolean {
  // A declared draft binds drafts only: from 1.2.0-dev.3 on, releases 1.1.1, 1.2.0 and 2.0.0 are all open.
  if (!floor.released && isDraft(floor.version) && !isDraft(version)) return true;
  return comparePrecedence(version, floor.version) > 0;
}

/** The number that a version which replaces some content has to be above. */
interface Floor {
  version: string;
  released: boolean;
}

/**
 * The highest release that holds the parent's content, else what the parent declares. A release above what the parent
 * declares does not count: it was made of the same bytes on another branch, and may not close this one for the drafts and
 * maintenance releases that were open before.
 */
function floorOf(parent: ModelState, releases: readonly ModelState[]): Floor {
  const holder = releases
    .filter((release) => comparePrecedence(release.version, parent.version) <= 0 && isSameContent(release, parent))
    .map((release) => release.version)
    .sort(compare)
    .at(-1);
  return holder === undefined ? { version: parent.version, released: false } : { version: holder, released: true };
}

function ok(question: Question): Verdict {
  return { result: "ok", dropped: droppedBy(question), own: null, paths: [] };
}

function droppedBy({ state, parents, releases, base = null }: Question): string[] {
  if (parents.length < 2) return [];
  const versions = parents
    .filter((parent) => parent !== null)
    .filter((parent) => isLost(parent, state) && !(base !== null && isSameContent(base, parent)))
    .filter((parent) => !releases.some((release) => isSameContent(release, parent)))
    .map((parent) => parent.version);
  return [...new Set(versions)].sort(compare);
}

function isLost(parent: ModelState, state: ModelState | null): boolean {
  return parent.artifacts.length > 0 && (state === null || !isSameContent(parent, state));
}

function isSame(a: ModelState, b: ModelState): boolean {
  return a.version === b.version && isSameContent(a, b);
}

function isSameContent(a: ModelState, b: ModelState): boolean {
  return sameContent(a.artifacts, b.artifacts);
}

/** The paths whose bytes differ; an artifact that was only renamed is none of them. */
function differingPaths(from: ModelState, to: ModelState): string[] {
  return diffArtifacts(from.artifacts, to.artifacts)
    .filter((change) => change.renamedFrom === undefined)
    .map((change) => change.path);
}
