// Which release is meant: MODEL@VERSION as typed, of what the source has.
import { MvError } from "../../errors.ts";
import { checkStageName, type Share } from "../../model/assignment.ts";
import { compare, isPrerelease, parseVersion } from "../../model/version.ts";
import { quoted } from "../targets.ts";
import type { Assigned, Got, Source } from "./source.ts";

export interface Wanted extends Got {
  /** What puts it on the stage that it was asked for by; null for a version. */
  assigned: Assigned | null;
}

/**
 * Finds a release by `churn@v1.2.0`, `churn@production`, `churn`, `v1.2.0`, `production` or `latest`; undefined is `latest`. Of
 * a stage, the release has the very tag that the assignment names. Throws unknown-version, model-needed, unknown-model.
 */
export async function findWanted(source: Source, word: string | undefined): Promise<Wanted> {
  const { model, version } = await split(source, word ?? "");
  const number = parseVersion(version.replace(/^v/, ""));
  if (number !== null) return { ...(await releaseOf(source, model, number)), assigned: null };
  if (version === "latest") return { ...(await releaseOf(source, model, await newest(source, model))), assigned: null };
  const assigned = await assignmentOf(source, model, version, word);
  const { rollout, baseline, tag } = assigned.assignment;
  const share = rollout.find((one) => one.version === baseline);
  if (!share) throw new MvError("internal", `${tag} has no baseline`);
  return assignedRelease(source, assigned, share);
}

/**
 * All versions of a stage's rollout, in its order, by a stage as `findWanted` takes it. Throws usage where the word is no stage's,
 * and what `findWanted` throws.
 */
export async function findVariants(
  source: Source,
  word: string | undefined,
): Promise<{ assigned: Assigned; variants: Wanted[] }> {
  const { model, version } = await split(source, word ?? "");
  if (version === "latest" || parseVersion(version.replace(/^v/, "")) !== null) {
    throw new MvError("usage", `--variants brings what runs on a stage, and ${word || "no word"} names none`, {
      hint: `mv get ${source.url} ${model}@production --variants -o DIR`,
    });
  }
  const assigned = await assignmentOf(source, model, version, word);
  const variants: Wanted[] = [];
  for (const share of assigned.assignment.rollout) variants.push(await assignedRelease(source, assigned, share));
  return { assigned, variants };
}

async function assignmentOf(source: Source, model: string, stage: string, word: string | undefined): Promise<Assigned> {
  const assigned = checkStageName(stage) === null ? await source.assignment(model, stage) : null;
  if (assigned !== null) return assigned;
  throw await unknown(source, model, `neither a version nor a stage ${stage} of ${model}`, word);
}

/** The release with the very tag that the assignment names. Throws unknown-version, seal-broken. */
async function assignedRelease(source: Source, assigned: Assigned, { version, tag }: Share): Promise<Wanted> {
  const { model, stage } = assigned.assignment;
  const got = await releaseOf(source, model, version);
  if (got.release.oid === tag) return { ...got, assigned };
  throw new MvError("seal-broken", `${source.url}: ${model} ${version} is not the release that ${stage} names`, {
    details: { assigned: tag, found: got.release.oid },
  });
}

async function split(source: Source, word: string): Promise<{ model: string; version: string }> {
  const at = word.indexOf("@");
  if (at > 0) return { model: word.slice(0, at), version: word.slice(at + 1) || "latest" };
  const models = await source.models();
  if (models.includes(word)) return { model: word, version: "latest" };
  const version = word.slice(at + 1) || "latest";
  const [only, ...others] = models;
  if (only !== undefined && others.length === 0) return { model: only, version };
  if (only === undefined) throw new MvError("unknown-model", `${source.url} has no model`, { hint: "mv push --all" });
  throw new MvError("model-needed", `${source.url} has ${models.join(", ")}; say which`, {
    hint: `mv get ${source.url} ${only}@${version} -o DIR`,
  });
}

async function releaseOf(source: Source, model: string, version: string): Promise<Got> {
  const got = await source.release(model, version);
  if (got !== null) return got;
  throw await unknown(source, model, `no release ${version} of ${model}`);
}

async function newest(source: Source, model: string): Promise<string> {
  const versions = await source.versions(model);
  const finals = versions.filter((version) => !isPrerelease(version));
  const found = (finals.length > 0 ? finals : versions).toSorted(compare).at(-1);
  if (found !== undefined) return found;
  throw await unknown(source, model, `no release of ${model}`);
}

/** Says what there is, where that can be told. */
async function unknown(source: Source, model: string, what: string, word?: string): Promise<MvError> {
  const versions = (await source.versions(model).catch(() => [])).toSorted(compare).slice(-5);
  const newest = versions.at(-1);
  const known = newest === undefined ? "" : `; it has ${versions.join(", ")}`;
  return new MvError("unknown-version", `${source.url} has ${what}${known}`, {
    hint: newest === undefined ? "mv push VERSION, where it was released" : ways(source, `${model}@v${newest}`, word),
    details: { model, versions },
  });
}

/** A word that is no number may be a path that stands where the version belongs. */
function ways({ url }: Source, version: string, word: string | undefined): string {
  const call = `mv get ${url} ${version}`;
  if (word === undefined || /@|^v?\d/.test(word)) return `${call} -o DIR`;
  return `${call} -o DIR, or, where ${word} is a path, ${call} ${quoted(word)} -o DIR`;
}
