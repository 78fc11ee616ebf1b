// Whether what would be released is whole: nothing left out, bytes as their pointers say, objects kept, fields present.
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import type { Artifact } from "../../model/content.ts";
import { matchesBranch } from "../drafts.ts";
import { lackingObjects } from "../materialize.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";
import { confirmOnRemotes, type Confirmation } from "../remotes.ts";
import { isStale, type Snapshot } from "../snapshot.ts";
import { staleSteps } from "../stale.ts";
import { fromHere } from "../targets.ts";
import { missingFields } from "../required.ts";
import type { TagInput } from "../tag.ts";
import { tagAgain } from "./again.ts";
import type { Planned } from "./plan.ts";

/** Fails with branch where the policy names branches and this is none of them. A detached HEAD may only be tagged. */
export async function requireBranch(project: Project): Promise<void> {
  const allowed = project.settings.policy.release_branches;
  const { branch } = await project.git.head();
  if (allowed.length === 0 || branch === null || matchesBranch(branch, allowed)) return;
  const named = allowed.find((glob) => !glob.includes("*"));
  throw new MvError("branch", `Releases are made on ${allowed.join(", ")}, not on ${branch}`, {
    hint: named === undefined ? `git switch a branch of ${allowed.join(", ")}` : `git switch ${named}`,
    details: { branch, allowed: [...allowed] },
  });
}

/** Fails with unstaged and untracked. True where index, tree and HEAD agree, so that there is nothing to commit. */
export async function requireStaged(project: Project, input: TagInput): Promise<boolean> {
  const { staged, unstaged, untracked } = await project.git.status();
  if (unstaged.length > 0 && input.all !== true) {
    const all = tagAgain(input, input.versions, { all: true, declared: input.versions.length === 0 });
    throw new MvError("unstaged", `${count(unstaged.length, "changed file")} not staged: ${firstOf(unstaged)}`, {
      hint: `${all}\nOr without them: git stash --keep-index`,
      details: { paths: unstaged },
    });
  }
  if (untracked.length > 0) namedUntracked(project, untracked);
  return staged.length === 0 && unstaged.length === 0;
}

function namedUntracked(project: Project, untracked: readonly string[]): void {
  const { untracked: policy } = project.settings.policy;
  if (policy === "off") return;
  const words = `${count(untracked.length, "untracked file")} not part of the release: ${firstOf(untracked)}`;
  if (policy === "warn") return project.warn(words);
  throw new MvError("untracked", words, {
    hint: `git add ${untracked
      .slice(0, 5)
      .map((path) => fromHere(project, path))
      .join(" ")}\nOr leave them out: name them in .gitignore`,
    details: { paths: [...untracked] },
  });
}

/**
 * Fails with record-stale, metadata-missing, artifact-modified or object-missing. Says which remotes confirmed to hold what
 * the cache lacks.
 */
export async function requireWhole(
  project: Project,
  snapshot: Snapshot,
  planned: readonly Planned[],
): Promise<Confirmation[]> {
  for (const item of planned) requireDescribed(project, snapshot, item);
  const named = new Map<string, Artifact>();
  for (const { record } of planned) {
    for (const dataset of record.datasets) warnIfMoved(project, snapshot, dataset);
    for (const artifact of [...record.artifacts, ...record.datasets]) {
      if (artifact.kind !== "external") named.set(`${artifact.path}\0${artifact.sha256}`, artifact);
    }
    for (const artifact of record.artifacts) await requireUnmodified(project, artifact);
  }
  return requireStored(project, [...named.values()]);
}

function requireDescribed(project: Project, snapshot: Snapshot, item: Planned): void {
  if (isStale(snapshot, item.record)) {
    throw new MvError("record-stale", `${item.file} describes other bytes than the pointers`, {
      hint: staleSteps(project, item.record, snapshot).join("\n"),
    });
  }
  const missing = missingFields(project.settings.policy.required, item.record);
  if (missing.length === 0) return;
  const model = Object.keys(project.settings.models).length > 1 ? ` --model ${item.model}` : "";
  throw new MvError("metadata-missing", `${item.model} lacks ${missing.join(", ")}, which .mversion.yaml requires`, {
    hint: `mv set${model} ${missing.map((field) => `${field}=…`).join(" ")}`,
    details: { fields: missing },
  });
}

function warnIfMoved(project: Project, snapshot: Snapshot, dataset: Artifact): void {
  const now = snapshot.pointers.get(dataset.path)?.pointer.sha256;
  if (now === dataset.sha256) return;
  project.warn(
    `${dataset.path} ${now === undefined ? "is gone" : "has changed"} since the training; the release keeps ${dataset.sha256.slice(0, 8)}`,
  );
}

// An artifact that is not on disk is no obstacle: CI releases what a remote has.
async function requireUnmodified(project: Project, artifact: Artifact): Promise<void> {
  if (artifact.kind === "external") return;
  const store = await project.store();
  const ignored = await readIgnored(project, artifact.path);
  const bytes = await store.look(join(project.root, artifact.path), artifact.path, { ignored });
  if (bytes === null) return;
  if (bytes.sha256 !== artifact.sha256 || bytes.kind !== artifact.kind) {
    throw new MvError("artifact-modified", `${artifact.path} is not what its pointer says: it changed after mv add`, {
      hint: `mv add ${fromHere(project, artifact.path)}\nOr back to the pointer: mv restore ${fromHere(project, artifact.path)} --force`,
      details: { path: artifact.path, pointer: artifact.sha256, disk: bytes.sha256 },
    });
  }
  // The right bytes lie here and the cache has lost them: they are kept again.
  if ((await lackingObjects(project, { ...artifact, kind: artifact.kind })).length > 0) {
    await store.add(join(project.root, artifact.path), artifact.path, { ignored });
  }
}

async function requireStored(project: Project, artifacts: readonly Artifact[]): Promise<Confirmation[]> {
  const lacking: Artifact[] = [];
  for (const artifact of artifacts) {
    if (artifact.kind === "external") continue;
    if ((await lackingObjects(project, { ...artifact, kind: artifact.kind })).length > 0) lacking.push(artifact);
  }
  if (lacking.length === 0) return [];
  const { confirmed, answers } = await confirmOnRemotes(project, lacking);
  const left = lacking.filter((artifact) => !confirmed.has(artifact.sha256));
  if (left.length === 0) return answers;
  const [first, ...others] = left.map((artifact) => artifact.path);
  const more = others.length > 0 ? `, nor are those of ${firstOf(others)}` : "";
  throw new MvError("object-missing", `${first}: its bytes are neither in the cache nor confirmed on a remote${more}`, {
    hint: "mv push where it was added",
    details: { objects: left.map(({ path, sha256 }) => ({ path, sha256 })), confirmed: answers },
  });
}

function firstOf(paths: readonly string[]): string {
  return `${paths.slice(0, 5).join(", ")}${paths.length > 5 ? ", …" : ""}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
