// Semver numbers: order, drafts, the next number, and how a number becomes a tag name. The only importer of semver.
import inc from "semver/functions/inc.js";
import parse from "semver/functions/parse.js";
import type { SemVer } from "semver";

export type Level = "major" | "minor" | "patch";
export type Bump = "initial" | Level | "prerelease" | "build";

const FIRST_NUMBER = "0.1.0";
const MODEL_NAME_MAX = 100;

// Sorting 1,000 releases compares each number a dozen times: parse it once.
const parsed = new Map<string, SemVer | null>();
const PARSED_MAX = 20_000;

function semver(text: string): SemVer | null {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  if (parsed.size >= PARSED_MAX) parsed.clear();
  const version = /^[v0-9]\S*$/.test(text) ? parse(text) : null;
  parsed.set(text, version);
  return version;
}

/**
 * The number in normal form: without a leading v, with its +build. Null where it is not a strict semver version, or one
 * that no Git ref can end in (`.lock`).
 */
export function parseVersion(text: string): string | null {
  const version = semver(text);
  if (version === null || text.endsWith(".lock")) return null;
  return version.build.length === 0 ? version.version : `${version.version}+${version.build.join(".")}`;
}

/** Semver precedence, then the build part, then the text: a total order. What is no version sorts below all versions. */
export function compare(a: string, b: string): number {
  const [left, right] = [semver(a), semver(b)];
  if (left === null || right === null) return left === right ? compareText(a, b) : left === null ? -1 : 1;
  return left.compare(right) || left.compareBuild(right) || compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Whether semver ranks the two alike: 1.0.0 and 1.0.0+gpu are one number. */
export function sameVersion(a: string, b: string): boolean {
  return a === b || comparePrecedence(a, b) === 0;
}

/** Semver precedence alone: build metadata does not count, so 1.0.0 and 1.0.0+gpu are equal. */
export function comparePrecedence(a: string, b: string): number {
  const [left, right] = [semver(a), semver(b)];
  return left === null || right === null ? compare(a, b) : left.compare(right);
}

/** Whether the number is a draft's: X.Y.Z-dev.N and nothing else. */
export function isDraft(version: string): boolean {
  return draftNumber(version) !== null;
}

function draftNumber(version: string): number | null {
  const [word, count, ...rest] = semver(version)?.prerelease ?? [];
  return word === "dev" && typeof count === "number" && rest.length === 0 ? count : null;
}

export function isPrerelease(version: string): boolean {
  return (semver(version)?.prerelease.length ?? 0) > 0;
}

/** The version without its pre-release and build parts: the number it prepares. */
function coreOf(version: SemVer): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}

/**
 * What kind of step leads from one release to the next. A pre-release stands at the number it prepares, so that
 * 1.1.0 -> 1.2.0-rc.1 and 1.2.0-rc.1 -> 1.2.0 are both `minor`, and 1.2.0-rc.1 -> 1.2.0-rc.2 is `prerelease`.
 */
export function bumpOf(from: string | null, to: string): Bump {
  const before = from === null ? null : semver(from);
  const after = semver(to);
  if (before === null || after === null) return "initial";
  if (before.major !== after.major) return "major";
  if (before.minor !== after.minor) return "minor";
  if (before.patch !== after.patch) return "patch";
  if (before.compare(after) === 0) return "build";
  if (after.prerelease.length > 0) return "prerelease";
  return after.patch > 0 ? "patch" : after.minor > 0 ? "minor" : "major";
}

/** The next number of a level. A pre-release leads to the number it prepares: the minor after 1.2.0-dev.3 is 1.2.0. */
export function next(version: string, level: Level): string {
  const following = inc(version, level);
  if (following === null) throw new TypeError(`Not a version: ${version}`);
  return following;
}

/**
 * The next free draft: the minor after the highest release (0.1.0 where none), numbered above every draft of it that is
 * listed or declared. Always above `declared` and above `highestRelease`.
 */
export function nextDraft(input: {
  highestRelease: string | null;
  declared: string | null;
  drafts: readonly string[];
}): string {
  const { highestRelease, declared } = input;
  const floors = [highestRelease, declared].filter((version) => version !== null);
  const taken = [...input.drafts, ...floors];
  const isFree = (draft: string): boolean => floors.every((floor) => comparePrecedence(draft, floor) > 0);

  const preferred = draftOf(highestRelease === null ? FIRST_NUMBER : next(highestRelease, "minor"), taken);
  if (isFree(preferred)) return preferred;
  const highest = floors.toSorted(compare).at(-1) ?? FIRST_NUMBER;
  const beyond = draftOf(next(highest, "minor"), taken);
  // Declared 1.2.0-rc.1 outranks every draft of 1.2.0.
  return isFree(beyond) ? beyond : draftOf(next(next(highest, "minor"), "minor"), taken);
}

function draftOf(core: string, taken: readonly string[]): string {
  let highest = 0;
  for (const text of taken) {
    const version = semver(text);
    if (version !== null && coreOf(version) === core) highest = Math.max(highest, draftNumber(text) ?? 0);
  }
  return `${core}-dev.${highest + 1}`;
}

/**
 * The first number that releasing `version` would skip, or null. Final releases alone count; 1.2.3 needs 1.2.2, 1.2.0 needs
 * some 1.1.*, 2.0.0 some 1.*.*. A first release and a pre-release skip nothing.
 */
export function gapBefore(version: string, releases: readonly string[]): string | null {
  const wanted = semver(version);
  if (wanted === null || wanted.prerelease.length > 0) return null;
  const finals = releases.flatMap((text) => {
    const release = semver(text);
    return release === null || release.prerelease.length > 0 ? [] : [release];
  });
  if (finals.length === 0) return null;
  const { major, minor, patch } = wanted;
  const ofMajor = finals.filter((release) => release.major === major);
  if (patch > 0) {
    const ofMinor = ofMajor.filter((release) => release.minor === minor);
    const first = firstSkipped(patch, numbersOf(ofMinor, "patch"));
    return first === null ? null : `${major}.${minor}.${first}`;
  }
  // Nobody has to have published 0.0.x before 0.1.0, or 0.x before 1.0.0: they are starts of their own.
  if (minor > 0) {
    const first = firstSkipped(minor, [...(major === 0 ? [0] : []), ...numbersOf(ofMajor, "minor")]);
    return first === null ? null : `${major}.${first}.0`;
  }
  const first = firstSkipped(major, [0, ...numbersOf(finals, "major")]);
  return first === null ? null : `${first}.0.0`;
}

function numbersOf(versions: readonly SemVer[], level: Level): number[] {
  return versions.map((version) => version[level]);
}

/** The number after the highest one below `wanted`, or null where that is `wanted` itself. */
function firstSkipped(wanted: number, taken: readonly number[]): number | null {
  const highest = taken.reduce((most, number) => (number < wanted ? Math.max(most, number) : most), -1);
  return highest + 1 >= wanted ? null : highest + 1;
}

/** The tag name of a version, by a format such as `v{version}` or `{model}@v{version}`. */
export function formatTag(format: string, model: string, version: string): string {
  return format.replace("{model}", () => model).replace("{version}", () => version);
}

/** The version that a tag name holds by that format, or null where it is another model's or nobody's. */
export function parseTag(format: string, model: string, tag: string): string | null {
  const [before, after, ...more] = format.replaceAll("{model}", () => model).split("{version}");
  if (before === undefined || after === undefined || more.length > 0) return null;
  if (!tag.startsWith(before) || !tag.endsWith(after) || tag.length < before.length + after.length) return null;
  const version = tag.slice(before.length, tag.length - after.length);
  return parseVersion(version) === version ? version : null;
}

/** Why a model cannot have the name, or null. It becomes part of tag names, stage refs, file names and URLs. */
export function checkModelName(name: string): string | null {
  if (name === "") return "a model needs a name";
  if (name.length > MODEL_NAME_MAX) return `a model name has at most ${MODEL_NAME_MAX} characters`;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return "a model name has letters, digits, '-', '_' and '.' only";
  if (/^[-.]/.test(name)) return "a model name does not start with '-' or '.'";
  if (name.includes("..") || name.endsWith(".")) return "a model name has no '..' and does not end with '.'";
  if (name.toLowerCase().endsWith(".lock")) return "Git keeps names that end with .lock to itself";
  return null;
}
