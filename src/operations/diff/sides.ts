// The two sides of a comparison: which commit or tree stands for each, and what its record of a model says.
import { MvError } from "../../errors.ts";
import { type ModelRecord, parseRecord } from "../../model/record.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Snapshot } from "../snapshot.ts";
import { newestOnLine } from "../line.ts";
import type { Found } from "../versions.ts";

/** What the user named; null: nothing, so that the default is meant. */
export type Chosen = Found | null;

export interface Side {
  kind: "release" | "commit" | "worktree" | "nothing";
  /** In words: "churn 1.0.0", "main~2", "the working tree", "nothing". */
  name: string;
  version: string | null;
  /** Null for the working tree, and for nothing. */
  commit: string | null;
  /** Where the record lies on that side. */
  record: string;
}

export async function sidesOf(
  project: Project,
  releases: Releases,
  model: string,
  from: Chosen,
  to: Chosen,
  worktree: Snapshot | null,
): Promise<{ from: Side; to: Side }> {
  const record = project.settings.models[model]?.record ?? "";
  const side = (chosen: Found): Side => {
    const { release, commit, name } = chosen;
    if (!release) return { kind: "commit", name, version: null, commit, record };
    // A record may have moved since; the tag says where it was.
    return { kind: "release", name, version: release.version, commit, record: release.record.path };
  };
  const declared = worktree?.records.get(model)?.record.version ?? null;
  return {
    from: from ? side(from) : await defaultSide(project, releases, model, record),
    to: to ? side(to) : { kind: "worktree", name: "the working tree", version: declared, commit: null, record },
  };
}

async function defaultSide(project: Project, releases: Releases, model: string, record: string): Promise<Side> {
  const newest = await newestOnLine(project, releases, model);
  if (newest) {
    const { version, commit } = newest;
    return { kind: "release", name: `${model} ${version}`, version, commit, record: newest.record.path };
  }
  const { oid } = await project.git.head();
  if (oid !== null) return { kind: "commit", name: "HEAD", version: null, commit: oid, record };
  return { kind: "nothing", name: "nothing", version: null, commit: null, record };
}

/** The record of a model on one side; null where it has none. Fails with invalid-file, or incomplete in a shallow clone. */
export async function recordOf(
  project: Project,
  model: string,
  side: Side,
  worktree: Snapshot | null,
): Promise<ModelRecord | null> {
  if (side.kind === "worktree") return worktree?.records.get(model)?.record ?? null;
  if (side.commit === null) return null;
  const [blob] = await project.git.readPaths([{ rev: side.commit, path: side.record }]);
  if (blob) return parseRecord(blob.toString("utf8"), `${side.commit.slice(0, 7)}:${side.record}`);
  if (side.kind !== "release") return null;
  const isHere = (await project.git.sizes([side.commit])).has(side.commit);
  if (!isHere) {
    throw new MvError("incomplete", `The commit of ${side.name} is not in this clone`, {
      hint: "git fetch --unshallow --tags",
      details: { commit: side.commit },
    });
  }
  throw new MvError("release-differs", `${side.name}: its commit has no ${side.record}`, {
    hint: `mv verify ${side.name.replace(" ", "@")}`,
  });
}
