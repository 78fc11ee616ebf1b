// mv verify: whether releases are still what their tags say (bytes, record, pointers, seals), or the working tree its pointers.
import { MvError } from "../errors.ts";
import type { SignatureCheck } from "../git/signature.ts";
import { dayIn } from "../model/day.ts";
import type { Release } from "../model/release.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { quoted } from "./targets.ts";
import { checkObjects } from "./verify/objects.ts";
import type { Problem } from "./verify/problem.ts";
import { checkChains } from "./verify/chains.ts";
import { checkDates, warnOfUnsealed } from "./verify/dates.ts";
import { type Events, NO_EVENTS, readEvents, tagsOf } from "./verify/events.ts";
import { warnOfPlain } from "./verify/plain.ts";
import { checkSeals } from "./verify/seals.ts";
import { checkTags, unreadable } from "./verify/tags.ts";
import { checkWorktree, type TreeArtifact } from "./verify/worktree.ts";
import type { CheckedSignatures } from "./trust/release-signatures.ts";
import { findVersion, modelNames, oneModel } from "./versions.ts";

export interface VerifyInput {
  /** None and not `all`: the working tree. */
  versions: readonly string[];
  model?: string | undefined;
  all?: boolean | undefined;
  /** Every tag must be signed by its tagger. Git config mversion.allowedSigners has signatures checked where there are some. */
  signatures?: boolean | undefined;
  /** Stores and Git remotes to be asked what they remember of the tags; with `all`. */
  witnesses?: readonly string[] | undefined;
  /** Who may sign, as `readSigners` takes it; means `signatures`. */
  allowedSigners?: string | undefined;
}

export interface VerifiedRelease {
  model: string;
  version: string;
  tag: string;
  date: string;
  signed: boolean;
  /** Whose signature it is; null where signatures were not checked. */
  signature: SignatureCheck | null;
  /** Objects that were read and hashed, and those that are not in the cache. */
  objects: { checked: number; absent: number };
  problems: number;
}

export interface VerifyResult {
  releases: VerifiedRelease[];
  /** How many tags of events (assignments, approvals, confirmations, retractions) were verified, too: with `all`. */
  events: number;
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
  if (input.all !== true && (input.witnesses ?? []).length > 0) {
    throw new MvError("usage", "--witness: a missing tag is found among all of them", {
      hint: `mv verify --all --witness ${quoted(input.witnesses?.[0] ?? "")}`,
    });
  }
  if (input.all !== true && input.versions.length === 0) {
    if (input.signatures === true || input.allowedSigners !== undefined) throw noTags();
    return { releases: [], events: 0, ...(await checkWorktree(project, input.model)) };
  }
  const chosen = await chosenReleases(project, releases, input);
  const tags = await checkTags(project, chosen);
  const events =
    input.all === true ? await readEvents(project, releases, modelsMeant(project, releases, input)) : NO_EVENTS;
  const seals = [
    ...(await checkSeals(project, releases, chosen, events)),
    ...(await checkChains(project, releases, events)),
    ...(await checkDates(project, releases, chosen, events)),
  ];
  for (const name of input.witnesses ?? []) {
    const { askWitness } = await import("./verify/witness.ts");
    seals.push(...(await askWitness(project, releases, modelsMeant(project, releases, input), name)));
  }
  if (input.all === true) {
    warnOfUnsealed(project, releases, modelsMeant(project, releases, input));
    warnOfPlain(project, releases, modelsMeant(project, releases, input));
  }
  const signatures = await signaturesOf(project, releases, chosen, events, input);
  const objects = await checkObjects(project, chosen);
  const problems = [
    ...tags,
    ...seals,
    ...(signatures?.problems ?? []),
    ...objects.problems,
    ...(input.all === true ? unreadable(releases) : []),
    ...events.problems,
  ];
  return {
    releases: chosen.map((release) => ({
      model: release.model,
      version: release.version,
      tag: release.tag,
      date: dayIn(release.tagger.zone, release.tagger.date),
      signed: release.signed,
      signature: signatures?.of(release.oid) ?? null,
      objects: objects.of(release),
      problems: problems.filter((problem) => problem.tag === release.tag).length,
    })),
    events: tagsOf(events).length,
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

/** With `all` everything that happened to these models is verified. */
function modelsMeant(project: Project, releases: Releases, { model }: VerifyInput): ReadonlySet<string> {
  return new Set(
    model !== undefined ? [model] : [...modelNames(project), ...releases.all.map((release) => release.model)],
  );
}

/** Null where nobody asks for signatures. Events are tags to be signed, too. */
async function signaturesOf(
  project: Project,
  releases: Releases,
  chosen: readonly Release[],
  events: Events,
  input: VerifyInput,
): Promise<CheckedSignatures | null> {
  const required = input.signatures === true || input.allowedSigners !== undefined;
  const [{ checkTagsSigned }, { hasSignersSetting, readSigners }] = await Promise.all([
    import("./trust/release-signatures.ts"),
    import("./trust/signers.ts"),
  ]);
  if (!required && !(await hasSignersSetting(project))) return null;
  const { assignments, approvals, confirmations, retractions } = events;
  const tags = [
    ...chosen.map(({ tag, oid, model, version }) => ({ tag, oid, what: `${model} ${version}` })),
    ...[...retractions, ...assignments, ...approvals, ...confirmations].map(({ tag, oid }) => ({
      tag,
      oid,
      what: tag,
    })),
  ];
  return checkTagsSigned(project, releases, tags, {
    signers: await readSigners(project, input.allowedSigners),
    required,
  });
}

function noTags(): MvError {
  return new MvError("usage", "--signatures: give versions or --all: only tags are signed", {
    hint: "mv verify --all --signatures",
  });
}
