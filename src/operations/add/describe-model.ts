// What an add does to one model's record: artifacts, data, metadata and the draft number.
import { join } from "node:path";
import type { Artifact } from "../../model/content.ts";
import { sameContent } from "../../model/content.ts";
import { parseRecord } from "../../model/record.ts";
import { formatTag, next } from "../../model/version.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { captureFor } from "../capture.ts";
import { describeBytes, type Given } from "../describe.ts";
import { matchesBranch, nextFreeDraft } from "../drafts.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { artifactsNow, type Snapshot } from "../snapshot.ts";
import { modelNames } from "../versions.ts";
import { linkedDatasets } from "./datasets.ts";
import { artifactOf, byPath, type Stored } from "./plan.ts";

export interface DescribedModel {
  model: string;
  /** The version declared before; null for a model's first record. */
  from: string | null;
  version: string;
  /** Whether the model has other bytes than its record said. */
  changed: boolean;
  /** True where the declared version is released with other bytes, so that a commit would be refused. */
  overwritesRelease: boolean;
  /** True where HEAD declares the same unreleased number for other bytes. */
  overwritesDraft: boolean;
  dropped: readonly string[];
  kept: readonly string[];
  datasets: readonly Artifact[];
  /** Where library versions were read; null where they were not. */
  captured: string | null;
  /** The command that makes the next minor release: "mv tag v1.1.0". */
  nextTag: string;
}

/** Everything that one add knows when it comes to a model's record. */
export interface Work {
  /** The tree before the add, and with the new pointers. */
  before: Snapshot;
  now: Snapshot;
  releases: Releases;
  stored: readonly Stored[];
  given: Given;
  keep: boolean;
  python: string | undefined;
}

/** The models whose record an add may touch: those of the artifacts, and for a dataset every model with a record. */
export function concernedModels(project: Project, work: Work): string[] {
  const names = new Set(work.stored.flatMap(({ plan }) => plan.models));
  if (work.stored.some(({ plan }) => plan.role === "dataset")) {
    for (const name of modelNames(project)) if (work.before.records.get(name)) names.add(name);
  }
  return modelNames(project).filter((name) => names.has(name));
}

/** Brings one model's record up to its bytes. Returns null where the add does not concern it after all. */
export async function describeModel(
  project: Project,
  work: Work,
  model: string,
): Promise<{ described: DescribedModel; file: string | null } | null> {
  const file = project.settings.models[model]?.record ?? "";
  const before = work.before.records.get(model) ?? null;
  const committed = await committedRecord(project, file);
  const own = work.stored.filter(({ plan }) => plan.role === "model" && plan.models.includes(model));
  const listed = before?.record.artifacts ?? [];
  const artifacts = artifactsNow(work.now, byPath([...listed, ...own.map(artifactOf)]));
  const newBytes = !sameContent(listed, artifacts);
  const uncommitted = committed === null || !sameContent(committed.artifacts, artifacts);
  const datasets = linkedDatasets(work, model, { before: before?.record.datasets ?? null, newBytes, uncommitted });
  const hasGiven = own.length > 0 && Object.keys(work.given).length > 0;
  if (!newBytes && !hasGiven && JSON.stringify(datasets) === JSON.stringify(before?.record.datasets ?? [])) {
    if (own.length === 0 || before === null) return null;
    const described = summary(project, work, {
      model,
      from: before.record.version,
      version: before.record.version,
      artifacts,
      committed,
    });
    return { described, file: null };
  }
  const version = await versionFor(project, work, {
    model,
    before: before?.record.version ?? null,
    committed,
    uncommitted,
  });
  const captured =
    newBytes && own.length > 0
      ? await captureFor(project, { python: work.python, files: own.map(({ plan }) => plan.target.absolute) })
      : null;
  const description = describeBytes({
    model,
    file,
    before,
    version,
    artifacts,
    datasets,
    given: own.length > 0 ? { ...captured?.given, ...work.given } : {},
    replaces: newBytes && replacesDescribedBytes(listed, artifacts, committed?.content === before?.record.content),
    keep: work.keep,
  });
  await writeFileAtomic(join(project.root, file), description.text, { durable: true });
  const described = summary(project, work, {
    model,
    from: before?.record.version ?? null,
    version,
    artifacts,
    committed,
  });
  const { dropped, kept } = description;
  return {
    described: { ...described, changed: newBytes, dropped, kept, datasets, captured: captured?.source ?? null },
    file,
  };
}

// A further artifact beside committed bytes makes another model; beside bytes that are not committed yet it completes
// the training that was just described.
function replacesDescribedBytes(
  listed: readonly Artifact[],
  artifacts: readonly Artifact[],
  isCommitted: boolean,
): boolean {
  const overwritten = listed.some(
    (old) => artifacts.find((artifact) => artifact.path === old.path)?.sha256 !== old.sha256,
  );
  return listed.length > 0 && (overwritten || isCommitted);
}

export interface Committed {
  version: string;
  content: string | null;
  artifacts: readonly Artifact[];
}

/** What HEAD says of the model; null where it has no record. */
export async function committedRecord(project: Project, file: string): Promise<Committed | null> {
  const { oid } = await project.git.head();
  if (oid === null) return null;
  const [blob] = await project.git.readPaths([{ rev: oid, path: file }]);
  return blob ? parseRecord(blob.toString("utf8"), file) : null;
}

async function versionFor(
  project: Project,
  work: Work,
  state: { model: string; before: string | null; committed: Committed | null; uncommitted: boolean },
): Promise<string> {
  const { oid, branch } = await project.git.head();
  const declared = state.committed?.version ?? null;
  const free = (): Promise<string> =>
    nextFreeDraft(project, work.releases, state.model, { declared, heads: oid === null ? [] : [oid] });
  if (state.before === null) return free();
  const explores =
    work.releases.of(state.model).length === 0 || matchesBranch(branch, project.settings.policy.free_branches);
  // A number that HEAD does not have is this training's own: a second add before a commit keeps it.
  return explores && state.uncommitted && state.before === declared ? free() : state.before;
}

function summary(
  project: Project,
  work: Work,
  state: {
    model: string;
    from: string | null;
    version: string;
    artifacts: readonly Artifact[];
    committed: Committed | null;
  },
): DescribedModel {
  const { model, from, version, artifacts, committed } = state;
  const release = work.releases.find(model, version);
  return {
    model,
    from,
    version,
    changed: false,
    overwritesRelease: release !== undefined && !sameContent(release.artifacts, artifacts),
    overwritesDraft:
      release === undefined && committed?.version === version && !sameContent(committed.artifacts, artifacts),
    dropped: [],
    kept: [],
    datasets: [],
    captured: null,
    nextTag: nextTag(project, work.releases, model),
  };
}

/** The command that makes the model's next minor release. */
export function nextTag(project: Project, releases: Releases, model: string): string {
  const highest = releases.of(model).at(-1)?.version;
  const version = highest === undefined ? "1.0.0" : next(highest, "minor");
  return `mv tag ${formatTag(project.settings.models[model]?.tag ?? "v{version}", model, version)}`;
}
