// The records after bytes of another version were taken: that version's own record where all its bytes are back, else today's,
// true to the new bytes.
import { type Artifact, sameContent } from "../../model/content.ts";
import { compareBytes } from "../../model/paths.ts";
import { type ModelRecord, updateRecord } from "../../model/record.ts";
import { numberFor } from "../add/number.ts";
import { readHead } from "../committed.ts";
import { describeBytes } from "../describe.ts";
import { nextFreeDraft } from "../drafts.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { artifactsNow, type Snapshot } from "../snapshot.ts";
import type { TakeInput } from "../take.ts";
import type { Taken } from "./targets.ts";

export interface RecordText {
  file: string;
  text: string;
  version: string;
  artifacts: readonly Artifact[];
}

interface State {
  input: TakeInput;
  now: Snapshot;
  /** The version's tree. */
  source: Snapshot;
  /** As now, with the pointers that are taken. */
  after: Snapshot;
  taken: readonly Taken[];
}

/** The record of the model itself; null where no artifact of the model is among what is taken, as of data. */
export async function ownRecord(project: Project, releases: Releases, state: State): Promise<RecordText | null> {
  const { input, now, source, after, taken } = state;
  const { model } = input;
  const file = project.settings.models[model]?.record ?? "";
  const current = now.records.get(model) ?? null;
  const old = source.records.get(model) ?? null;
  const [listed, wanted] = [current?.record.artifacts ?? [], old?.record.artifacts ?? []];
  const isListed = ({ path }: { path: string }): boolean => [...listed, ...wanted].some((item) => item.path === path);
  if (input.paths && !taken.some(isListed)) return null;
  const artifacts = artifactsNow(after, input.paths ? merged(listed, wanted, taken) : wanted);
  if (old && sameContent(artifacts, wanted)) {
    const { version, reason } = input.declare ?? { version: old.record.version, reason: reasonOf(old.record) };
    const text = updateRecord(old.text, file, { version, reason });
    return { file, text, version, artifacts };
  }
  const head = await readHead(project);
  const version = await numberFor(project, releases, head, {
    model,
    declared: current?.record.version ?? null,
    uncommitted: !sameContent(head.records.get(model)?.artifacts ?? [], artifacts),
  });
  const { text, record } = describeBytes({
    model,
    file,
    before: current,
    version,
    artifacts,
    datasets: current?.record.datasets ?? [],
    given: {},
    replaces: !sameContent(listed, artifacts),
    keep: false,
  });
  return { file, text, version: record.version, artifacts };
}

/** The record of another model that one of the taken artifacts belongs to, raised to its next draft. */
export async function affectedRecord(
  project: Project,
  releases: Releases,
  model: string,
  now: Snapshot,
  after: Snapshot,
): Promise<RecordText> {
  const file = project.settings.models[model]?.record ?? "";
  const before = now.records.get(model) ?? null;
  const { oid } = await project.git.head();
  const version = await nextFreeDraft(project, releases, model, {
    declared: before?.record.version ?? null,
    heads: oid === null ? [] : [oid],
  });
  const artifacts = artifactsNow(after, before?.record.artifacts ?? []);
  const datasets = before?.record.datasets ?? [];
  const about = { model, file, before, version, artifacts, datasets, given: {}, replaces: true, keep: false };
  return { file, text: describeBytes(about).text, version, artifacts };
}

function merged(now: readonly Artifact[], then: readonly Artifact[], taken: readonly Taken[]): Artifact[] {
  const fresh = then.filter((artifact) => taken.some((item) => item.path === artifact.path));
  return [...now.filter((artifact) => !fresh.some((other) => other.path === artifact.path)), ...fresh].toSorted(
    (a, b) => compareBytes(a.path, b.path),
  );
}

function reasonOf(record: ModelRecord): string | undefined {
  const reason = record.fields["reason"];
  return typeof reason === "string" ? reason : undefined;
}
