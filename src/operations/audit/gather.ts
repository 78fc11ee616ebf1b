// Gathers the facts of the versions under audit: everything is read in as few questions to Git as there are kinds of things.
import { readCard } from "../../model/card.ts";
import { diffRecords } from "../../model/diff.ts";
import type { Approval } from "../../model/events.ts";
import type { ModelRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { modelFlag } from "../check/suggest.ts";
import type { Project } from "../project.ts";
import type { Registry } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { readSnapshot } from "../snapshot.ts";
import { checkObjects } from "../verify/objects.ts";
import { modelNames } from "../versions.ts";
import { readCommitFiles } from "./commit-files.ts";
import { readAuthors, readTrainings } from "./commits.ts";
import type { BytesFacts, ModelFacts, VersionFacts } from "./facts.ts";
import { readModelFacts } from "./model-facts.ts";
import { readSignatures } from "./signatures.ts";

export interface Wanted {
  chosen: readonly Release[];
  /** Whether the bytes in the cache are read and hashed. */
  hash: boolean;
  allowedSigners?: string | undefined;
}

export interface Gathered {
  models: ModelFacts[];
  /** In the order of `chosen`. */
  versions: VersionFacts[];
}

export async function gather(
  project: Project,
  releases: Releases,
  registry: Registry,
  { chosen, hash, allowedSigners }: Wanted,
): Promise<Gathered> {
  const names = [...new Set(chosen.map(({ model }) => model))];
  const models = new Map<string, ModelFacts>();
  for (const model of names) {
    const own = chosen.filter((release) => release.model === model);
    models.set(model, await readModelFacts(project, releases, registry, model, own));
  }
  const today = project.now().toISOString().slice(0, 10);
  const approvals = await readApprovals(registry, models, chosen);
  const oids = [...chosen.map(({ oid }) => oid), ...[...approvals.values()].flat().map(({ oid }) => oid)];
  const trainings = await readTrainings(project, chosen, models);
  const [signatureOf, bytesOf, authors, statuses] = await Promise.all([
    readSignatures(project, oids, allowedSigners),
    hash ? readBytes(project, chosen, today) : () => null,
    readAuthors(project, [
      ...chosen.map(({ commit }) => commit),
      ...[...trainings.values()].map(({ commit }) => commit),
    ]),
    readStatuses(project, releases),
  ]);
  const versions: VersionFacts[] = [];
  for (const release of chosen) {
    const model = models.get(release.model);
    if (!model) continue;
    const record = model.records.get(release.oid) ?? null;
    const card = readCard(record?.fields ?? {});
    const trained = trainings.get(release.oid) ?? null;
    versions.push({
      model,
      models: statuses,
      release,
      record,
      card,
      retraction: model.retractions.get(release.version) ?? null,
      changes: changesOf(model, release, record),
      bytes: bytesOf(release),
      signature: signatureOf(release.oid),
      authors: [release.commit, trained?.commit ?? ""].flatMap((commit) => authors.get(commit) ?? []),
      trained,
      ...(await readCommitFiles(project, release, card.evaluation.report)),
      approvals: (approvals.get(release.oid) ?? []).map((approval) => ({
        approval,
        signature: signatureOf(approval.oid),
      })),
      today,
      set: `mv set${modelFlag(project, release.model)}`,
    });
  }
  return { models: [...models.values()], versions };
}

async function readApprovals(
  registry: Registry,
  models: ReadonlyMap<string, ModelFacts>,
  chosen: readonly Release[],
): Promise<Map<string, Approval[]>> {
  const found = new Map<string, Approval[]>();
  for (const { model, version, oid } of chosen) {
    const lists = (models.get(model)?.stages ?? []).map(({ stage }) => registry.approvals(model, stage, version));
    found.set(
      oid,
      (await Promise.all(lists)).flatMap(({ events }) => events),
    );
  }
  return found;
}

async function readBytes(
  project: Project,
  chosen: readonly Release[],
  date: string,
): Promise<(release: Release) => BytesFacts> {
  const { absent, problems, of } = await checkObjects(project, chosen);
  return (release) => {
    const what = `${release.model} ${release.version}`;
    return {
      date,
      checked: of(release).checked,
      absent: absent.filter((item) => item.what === what).map(({ path, sha256 }) => ({ path, sha256 })),
      problems: problems.filter(({ tag }) => tag === release.tag),
    };
  };
}

function changesOf(model: ModelFacts, { previous }: Release, record: ModelRecord | null): VersionFacts["changes"] {
  const before = previous === null ? undefined : model.records.get(previous.tag);
  return before && record ? diffRecords(before, record) : null;
}

/** Of every model of the settings, by its newest release or, before there is one, by the record on disk. */
async function readStatuses(project: Project, releases: Releases): Promise<VersionFacts["models"]> {
  const { records } = await readSnapshot(project, "worktree", () => undefined);
  return modelNames(project).map((model) => {
    const own = releases.of(model);
    const { status } = readCard(records.get(model)?.record.fields ?? {});
    return { model, releases: own.length, newest: own.at(-1)?.version ?? null, status };
  });
}
