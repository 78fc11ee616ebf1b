// mv show: everything that is known of one version, or of what the working tree declares.
import { MvError } from "../errors.ts";
import { type Artifact, sameContent } from "../model/content.ts";
import { dayIn } from "../model/day.ts";
import { metadataJson, type ModelRecord, parseRecord } from "../model/record.ts";
import type { Release } from "../model/release.ts";
import type { ValueMap } from "../model/value.ts";
import { lackingObjects } from "./materialize.ts";
import type { Project } from "./project.ts";
import { readReleases, type Releases } from "./releases.ts";
import { readSnapshot } from "./snapshot.ts";
import { findVersion, type Found, oneModel } from "./versions.ts";

export interface ShowInput {
  /** Default: what the working tree declares. */
  version?: string | undefined;
  model?: string | undefined;
}

export interface ShownArtifact extends Artifact {
  /** here: every byte is in the cache. absent: some or all are not. external: kept elsewhere. */
  bytes: "here" | "absent" | "external";
}

export interface ShowResult {
  model: string;
  version: string;
  /** The release of this version; null where it is declared only. */
  release: {
    tag: string;
    oid: string;
    commit: string;
    date: string;
    tagger: { name: string; email: string };
    signed: boolean;
    bump: string;
    previous: string | null;
    retracted: { reason: string; date: string } | null;
  } | null;
  /** Of what the working tree declares: the release of the same number and bytes, where there is one. */
  released_as: { tag: string; retracted: { reason: string; date: string } | null } | null;
  /** Where the record was read: a commit, or null for the working tree. */
  commit: string | null;
  reason: string | null;
  content: string | null;
  artifacts: ShownArtifact[];
  datasets: ShownArtifact[];
  /** The record's path and text. */
  record: { path: string; text: string };
  /** Every field of the record, the team's own included. */
  fields: ValueMap;
  /** The small plain metadata file of the version. */
  metadata: object;
}

/** Fails with unknown-version, model-needed, or nothing-found where there is no record. */
export async function show(project: Project, input: ShowInput): Promise<ShowResult> {
  const releases = await readReleases(project);
  const found = input.version === undefined ? null : await findVersion(project, releases, input.version, input.model);
  const model = found?.model ?? oneModel(project, input.model);
  const source = found ? await committed(project, model, found) : await declared(project, model);
  const record = parseRecord(source.text, source.path);
  const same = found ? undefined : releases.find(model, record.version);
  const declaredAs = same && sameContent(same.artifacts, record.artifacts) ? releaseFacts(releases, same) : null;
  // What the tree declares unchanged since its release is shown with the release only when that is asked for.
  const release = found?.release ?? null;
  const reason = record.fields["reason"];
  return {
    model,
    version: record.version,
    release: release && releaseFacts(releases, release),
    released_as: declaredAs && { tag: declaredAs.tag, retracted: declaredAs.retracted },
    commit: found?.commit ?? null,
    reason: release?.reason ?? (typeof reason === "string" ? reason : null),
    content: record.content,
    artifacts: await shown(project, record.artifacts),
    datasets: await shown(project, record.datasets),
    record: source,
    fields: record.fields,
    metadata: metadataJson(record),
  };
}

async function committed(project: Project, model: string, found: Found): Promise<{ path: string; text: string }> {
  const path = found.release?.record.path ?? project.settings.models[model]?.record ?? "";
  const [blob] = await project.git.readPaths([{ rev: found.commit, path }]);
  if (blob) return { path, text: blob.toString("utf8") };
  throw new MvError("nothing-found", `${found.name} has no record of ${model}: there is no ${path}`, {
    hint: "mv log",
  });
}

async function declared(project: Project, model: string): Promise<{ path: string; text: string }> {
  const found = (await readSnapshot(project, "worktree")).records.get(model);
  if (found) return { path: found.path, text: found.text };
  throw new MvError("nothing-found", `${model} has no record yet: nothing was added`, { hint: "mv add FILE" });
}

function releaseFacts(releases: Releases, release: Release): NonNullable<ShowResult["release"]> {
  const { tag, oid, commit, tagger, signed, bump, previous } = release;
  const event = releases.isRetracted(release);
  return {
    tag,
    oid,
    commit,
    date: dayIn(tagger.zone, tagger.date),
    tagger: { name: tagger.name, email: tagger.email },
    signed,
    bump,
    previous: previous?.version ?? null,
    retracted: event ? { reason: event.reason, date: dayIn(event.zone, event.date) } : null,
  };
}

async function shown(project: Project, artifacts: ModelRecord["artifacts"]): Promise<ShownArtifact[]> {
  const result: ShownArtifact[] = [];
  for (const artifact of artifacts) {
    const { kind, sha256, size } = artifact;
    const bytes =
      kind === "external"
        ? "external"
        : (await lackingObjects(project, { kind, sha256, size })).length === 0
          ? "here"
          : "absent";
    result.push({ ...artifact, bytes });
  }
  return result;
}
