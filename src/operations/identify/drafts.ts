// Bytes that no release holds: what the working tree declares, and what records in HEAD's history once declared.
import { sameContent } from "../../model/content.ts";
import { type ModelRecord, parseRecord } from "../../model/record.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { readSnapshot } from "../snapshot.ts";
import { modelNames } from "../versions.ts";
import { type Holding, holdingsOf, type Listed, matching } from "./holding.ts";

/** Commits that change a record and are looked at, the newest ones. */
const MOST_COMMITS = 2000;

/** Every unreleased version with a hash of that beginning, each once: from its first commit, or from the working tree alone. */
export async function draftHoldings(
  project: Project,
  releases: Releases,
  prefix: string,
  only: string | null,
): Promise<Holding[]> {
  const models = only === null ? modelNames(project) : [only];
  const found = new Map<string, Holding>();
  const note = (record: ModelRecord, model: string, commit: string | null): void => {
    const release = releases.find(model, record.version);
    if (release && sameContent(release.artifacts, record.artifacts)) return;
    const state = commit === null ? "declared" : "draft";
    const version = { model, version: record.version, state, tag: null, commit, date: null } as const;
    for (const holding of matching(holdingsOf(version, record), prefix))
      found.set(JSON.stringify([model, record.version, holding.as, holding.path, holding.sha256]), holding);
  };
  const { records } = await readSnapshot(project, "worktree");
  for (const model of models) {
    const now = records.get(model);
    if (now) note(now.record, model, null);
  }
  for (const model of models) {
    const file = project.settings.models[model]?.record ?? "";
    for (const { commit, text } of await pastRecords(project, file)) {
      // Parsing YAML is slow, and most records know nothing of the hash.
      const record = text.includes(prefix) ? readable(text, `${commit.slice(0, 7)}:${file}`) : null;
      if (record) note(record, model, commit);
    }
  }
  return [...found.values()];
}

/** What the working tree declares without a release, by model. */
export async function declaredHere(project: Project, releases: Releases, only: string | null): Promise<Listed[]> {
  const { records } = await readSnapshot(project, "worktree");
  return (only === null ? modelNames(project) : [only]).flatMap((model) => {
    const record = records.get(model)?.record;
    if (!record) return [];
    const release = releases.find(model, record.version);
    if (release && sameContent(release.artifacts, record.artifacts)) return [];
    const version = { model, version: record.version, state: "declared", tag: null, commit: null, date: null } as const;
    return [{ version, listing: record }];
  });
}

async function pastRecords(project: Project, file: string): Promise<{ commit: string; text: string }[]> {
  const { oid } = await project.git.head();
  if (oid === null) return [];
  const commits = await project.git.commits({ include: [oid], paths: [file], max: MOST_COMMITS });
  const blobs = await project.git.readPaths(commits.map((commit) => ({ rev: commit.oid, path: file })));
  return commits.flatMap((commit, at) => {
    const blob = blobs[at];
    return blob ? [{ commit: commit.oid, text: blob.toString("utf8") }] : [];
  });
}

function readable(text: string, file: string): ModelRecord | null {
  try {
    return parseRecord(text, file);
  } catch {
    // A record that was once broken declares nothing.
    return null;
  }
}
