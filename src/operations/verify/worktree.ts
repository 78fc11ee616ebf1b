// The working tree: the bytes of every artifact against its pointer, by SHA-256, and records against pointers.
import { join } from "node:path";
import { wantedOf } from "../materialize.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";
import { isStale, readSnapshot, type Snapshot } from "../snapshot.ts";
import { staleSteps } from "../stale.ts";
import { fromHere } from "../targets.ts";
import { oneModel } from "../versions.ts";
import type { Problem } from "./problem.ts";

export interface TreeArtifact {
  path: string;
  state: "ok" | "modified" | "absent" | "external";
  /** What the pointer says. */
  sha256: string;
}

export interface CheckedTree {
  worktree: TreeArtifact[];
  problems: Problem[];
  absent: { what: string; path: string; sha256: string }[];
}

/** Hashes every artifact, whatever the stat index believes. With `model`, only what its record lists. */
export async function checkWorktree(project: Project, model: string | undefined): Promise<CheckedTree> {
  const only = model === undefined ? null : oneModel(project, model);
  const snapshot = await readSnapshot(project, "worktree");
  const result: CheckedTree = { worktree: [], problems: staleRecords(project, snapshot, only), absent: [] };
  const store = await project.store();
  const listed = only === null ? null : listedBy(snapshot, only);
  for (const [path, { pointer }] of snapshot.pointers) {
    if (listed && !listed.has(path)) continue;
    const { sha256 } = pointer;
    const wanted = wantedOf(pointer);
    if (wanted === null) {
      result.worktree.push({ path, state: "external", sha256 });
      continue;
    }
    const ignored = wanted.kind === "directory" ? await readIgnored(project, path) : undefined;
    const bytes = await store.look(join(project.root, path), path, { precise: true, ...(ignored ? { ignored } : {}) });
    const state = bytes === null ? "absent" : bytes.sha256 === sha256 && bytes.kind === wanted.kind ? "ok" : "modified";
    result.worktree.push({ path, state, sha256 });
    if (state === "absent") result.absent.push({ what: path, path, sha256 });
    if (bytes === null || state === "ok") continue;
    result.problems.push({
      code: "bytes-wrong",
      what: path,
      tag: null,
      message: `holds ${bytes.sha256.slice(0, 8)}; its pointer says ${sha256.slice(0, 8)}`,
      hint: `mv add ${fromHere(project, path)}, or mv restore --force ${fromHere(project, path)}`,
    });
  }
  return result;
}

function listedBy(snapshot: Snapshot, model: string): Set<string> {
  const record = snapshot.records.get(model)?.record;
  return new Set([...(record?.artifacts ?? []), ...(record?.datasets ?? [])].map((artifact) => artifact.path));
}

function staleRecords(project: Project, snapshot: Snapshot, only: string | null): Problem[] {
  return [...snapshot.records].flatMap(([model, found]): Problem[] => {
    if (!found || (only !== null && model !== only) || !isStale(snapshot, found.record)) return [];
    return [
      {
        code: "record-stale",
        what: found.path,
        tag: null,
        message: "describes other bytes than the pointers",
        hint: staleSteps(project, found.record, snapshot).join("\n"),
      },
    ];
  });
}
