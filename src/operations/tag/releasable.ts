// Whether what would be released is whole: nothing unstaged, bytes as their pointers say, objects kept, fields present.
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import type { Artifact } from "../../model/content.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";
import { isStale, type Snapshot } from "../snapshot.ts";
import { quoted } from "../targets.ts";
import { missingFields } from "../required.ts";
import type { Planned } from "./plan.ts";

/** Fails with the first thing that is in the way. `clean` is true where index, tree and HEAD agree. */
export async function requireReleasable(
  project: Project,
  snapshot: Snapshot,
  planned: readonly Planned[],
  all: boolean,
): Promise<{ clean: boolean }> {
  const { git } = project;
  const state = await git.inProgress();
  if (state !== null && state !== "bisect") {
    throw new MvError("in-progress", `A ${state} is under way`, {
      hint: `git ${state} --continue, or git ${state} --abort`,
    });
  }
  const status = await git.status();
  if (status.unmerged.length > 0) {
    throw new MvError(
      "in-progress",
      `${status.unmerged.length} files are in conflict: ${status.unmerged.slice(0, 3).join(", ")}`,
      {
        hint: "git status",
      },
    );
  }
  if (status.unstaged.length > 0 && !all) {
    throw new MvError(
      "unstaged",
      `${count(status.unstaged.length, "changed file")} not staged: ${status.unstaged.slice(0, 5).join(", ")}`,
      {
        hint: "repeat with -a, or git add what belongs to the release",
        details: { paths: status.unstaged },
      },
    );
  }
  requireTracked(project, status.untracked);
  for (const item of planned) await requireWhole(project, snapshot, item);
  return { clean: status.staged.length === 0 && status.unstaged.length === 0 };
}

function requireTracked(project: Project, untracked: readonly string[]): void {
  if (untracked.length === 0 || project.settings.policy.untracked === "off") return;
  const words = `${count(untracked.length, "untracked file")} not part of the release: ${untracked.slice(0, 5).join(", ")}${untracked.length > 5 ? ", …" : ""}`;
  if (project.settings.policy.untracked === "block") {
    throw new MvError("untracked", words, {
      hint: "git add them, or name them in .gitignore",
      details: { paths: [...untracked] },
    });
  }
  project.warn(words);
}

async function requireWhole(project: Project, snapshot: Snapshot, item: Planned): Promise<void> {
  if (isStale(snapshot, item.record)) {
    const paths = item.record.artifacts.map((artifact) => quoted(artifact.path)).join(" ");
    throw new MvError("record-stale", `${item.file} describes other bytes than the pointers`, {
      hint: `mv add ${paths}`,
    });
  }
  const missing = missingFields(project.settings.policy.required, item.record);
  if (missing.length > 0) {
    throw new MvError("metadata-missing", `${item.model} lacks ${missing.join(", ")}, which .mversion.yaml requires`, {
      hint: `mv set ${missing.map((field) => `${field}=…`).join(" ")}`,
      details: { fields: missing },
    });
  }
  for (const dataset of item.record.datasets) warnIfMoved(project, snapshot, dataset);
  for (const artifact of item.record.artifacts) await requireBytes(project, artifact);
  await requireStored(project, [...item.record.artifacts, ...item.record.datasets]);
}

function warnIfMoved(project: Project, snapshot: Snapshot, dataset: Artifact): void {
  const now = snapshot.pointers.get(dataset.path)?.pointer.sha256;
  if (now === dataset.sha256) return;
  project.warn(
    `${dataset.path} ${now === undefined ? "is gone" : "has changed"} since the training; the release keeps ${dataset.sha256.slice(0, 8)}`,
  );
}

async function requireBytes(project: Project, artifact: Artifact): Promise<void> {
  if (artifact.kind === "external") return;
  const store = await project.store();
  const ignored = await readIgnored(project, artifact.path);
  const bytes = await store.look(join(project.root, artifact.path), artifact.path, ignored ? { ignored } : {});
  if (bytes === null || bytes.sha256 === artifact.sha256) return;
  throw new MvError("artifact-modified", `${artifact.path} is not what its pointer says: it was changed after mv add`, {
    hint: `mv add ${quoted(artifact.path)}, or mv restore ${quoted(artifact.path)}`,
    details: { path: artifact.path, pointer: artifact.sha256, disk: bytes.sha256 },
  });
}

async function requireStored(project: Project, artifacts: readonly Artifact[]): Promise<void> {
  const store = await project.store();
  const lacking = new Map<string, string>();
  for (const artifact of artifacts) {
    if (artifact.kind === "external") continue;
    const [top] = await store.missing([artifact.sha256]);
    const absent =
      top !== undefined || artifact.kind === "file"
        ? top === undefined
          ? []
          : [top]
        : await store.missing(
            (await store.need({ kind: artifact.kind, sha256: artifact.sha256 })).map((object) => object.sha256),
          );
    for (const sha256 of absent) lacking.set(sha256, artifact.path);
  }
  if (lacking.size === 0) return;
  const { confirmOnRemotes } = await import("../remotes.ts");
  const confirmed = await confirmOnRemotes(project, [...lacking.keys()]);
  const left = [...lacking].filter(([sha256]) => !confirmed.has(sha256));
  const [first] = left;
  if (!first) return;
  throw new MvError("object-missing", `${first[1]}: its bytes are neither in the cache nor confirmed on a remote`, {
    hint: "mv push where it was added",
    details: { objects: left.map(([sha256, path]) => ({ path, sha256 })) },
  });
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
