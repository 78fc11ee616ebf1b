// Finds what a user means by VERSION: v1.2.0, 1.2.0, churn@v1.2.0, churn@latest, churn@production, or any Git revision.
import { MvError } from "../errors.ts";
import type { Release } from "../model/release.ts";
import { compare, isPrerelease, parseTag, parseVersion } from "../model/version.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";

/** A version found: a release, or a commit that some revision names. */
export interface Found {
  model: string | null;
  release: Release | null;
  commit: string;
  /** The words for it: "churn 1.2.0", or the revision as typed. */
  name: string;
}

/** The model names of the settings, first declared first. */
export function modelNames(project: Project): string[] {
  return Object.keys(project.settings.models);
}

/** The model that is meant where a command concerns one: the one named, else the only one. Fails with model-needed. */
export function oneModel(project: Project, named: string | undefined): string {
  const names = modelNames(project);
  if (named !== undefined) {
    if (names.includes(named)) return named;
    throw new MvError("unknown-model", `There is no model ${named}; there is ${names.join(", ") || "none"}`, {
      hint: `mv init --model ${named}`,
    });
  }
  const [first, ...others] = names;
  if (first !== undefined && others.length === 0) return first;
  if (first === undefined)
    throw new MvError("no-config", "No model is declared in .mversion.yaml", { hint: "mv init --model NAME" });
  throw new MvError("model-needed", `There are ${names.length} models: ${names.join(", ")}`, {
    hint: "name one with --model NAME",
    details: { models: names },
  });
}

/** A model and a version number from words such as `v1.2.0`, `1.2.0`, `churn@v1.2.0`; null where it is no such thing. */
export function readVersionWord(
  project: Project,
  word: string,
  model?: string,
): { model: string; version: string } | null {
  const at = word.lastIndexOf("@");
  if (at > 0) {
    const name = word.slice(0, at);
    const version = parseVersion(word.slice(at + 1));
    return version !== null && Object.hasOwn(project.settings.models, name) ? { model: name, version } : null;
  }
  const version = parseVersion(word);
  if (model !== undefined) return version === null ? null : { model, version };
  for (const [name, settings] of Object.entries(project.settings.models)) {
    const tagged = parseTag(settings.tag, name, word);
    if (tagged !== null) return { model: name, version: tagged };
  }
  if (version === null) return null;
  return { model: oneModel(project, undefined), version };
}

/**
 * Resolves VERSION to a release or a commit. Release tags win over everything else that Git might find under the name.
 * Fails with unknown-version.
 */
export async function findVersion(project: Project, releases: Releases, word: string, model?: string): Promise<Found> {
  const latest = /^(?:(?<name>.+)@)?latest$/.exec(word);
  if (latest) return found(latestRelease(project, releases, latest.groups?.["name"] ?? model));
  const byTag = releases.all.find((release) => release.tag === word);
  if (byTag && (model === undefined || byTag.model === model)) return found(byTag);
  const meant = readVersionWord(project, word, model);
  const release = meant && releases.find(meant.model, meant.version);
  if (release) return found(release);
  const broken = releases.broken.find((item) => item.tag === word);
  if (broken) {
    throw new MvError("release-differs", `${word} claims to be a release and cannot be read: ${broken.why}`, {
      hint: `git cat-file tag ${broken.oid}`,
      details: { tag: word, oid: broken.oid },
    });
  }
  const onStage = meant === null ? await stageRelease(project, releases, word, model) : null;
  if (onStage !== null) return found(onStage);
  const commit = await revision(project, word, meant !== null);
  if (commit !== null) return { model: model ?? null, release: null, commit, name: word };
  const known = releases.of(meant?.model ?? model ?? modelNames(project)[0] ?? "").map((item) => item.version);
  throw new MvError(
    "unknown-version",
    `There is no version ${word}${known.length > 0 ? `; the newest is ${known.at(-1)}` : ""}`,
    {
      hint: "mv log",
      details: { version: word },
    },
  );
}

/** What stands on the stage that the word names, loaded only where a word is nothing simpler. */
async function stageRelease(
  project: Project,
  releases: Releases,
  word: string,
  model?: string,
): Promise<Release | null> {
  return (await import("./registry/named.ts")).namedStage(project, releases, word, model);
}

/** What Git finds under the word: tags before branches, whatever they are called; a number is no other revision than these. */
async function revision(project: Project, word: string, isNumber: boolean): Promise<string | null> {
  const { git } = project;
  const tagged = await git.resolveCommit(`refs/tags/${word}`);
  if (tagged !== null && isNumber) project.warn(`${word} is a plain tag, no release: nothing says what its bytes are`);
  const named = tagged ?? (await git.resolveCommit(`refs/heads/${word}`));
  return named ?? (isNumber ? null : git.resolveCommit(word));
}

/** Says that a version was withdrawn, and why. */
export function warnIfRetracted(project: Project, releases: Releases, { release, name }: Found): void {
  const event = release && releases.isRetracted(release);
  if (event) project.warn(`${name} is retracted: ${event.reason.split("\n")[0]}`);
}

/** A release's tag as a found version. */
export function found(release: Release): Found {
  return { model: release.model, release, commit: release.commit, name: `${release.model} ${release.version}` };
}

function latestRelease(project: Project, releases: Releases, name: string | undefined): Release {
  const model = oneModel(project, name);
  const usable = releases.of(model).filter((release) => !releases.isRetracted(release));
  const finals = usable.filter((release) => !isPrerelease(release.version));
  const newest = (finals.length > 0 ? finals : usable).toSorted((a, b) => compare(a.version, b.version)).at(-1);
  if (!newest) throw new MvError("unknown-version", `${model} has no release yet`, { hint: "mv tag v1.0.0 -m WHY" });
  return newest;
}
