// mv remove: stops tracking an artifact. The file stays in the tree unless it is asked to go.
import { join } from "node:path";
import { writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import { describeBytes } from "./describe.ts";
import { arrange, carryOut, type SavedBytes, saveOrRefuse } from "./materialize.ts";
import { removePointer } from "./pointers.ts";
import type { Project } from "./project.ts";
import { artifactsNow, readSnapshot, type Snapshot } from "./snapshot.ts";
import { artifactsUnder } from "./targets.ts";

export interface RemoveInput {
  paths: readonly string[];
  /** Delete the file too; its bytes stay in the cache. */
  delete?: boolean | undefined;
  force?: boolean | undefined;
}

export interface RemoveResult {
  removed: string[];
  /** Files that are still there and that Git sees now. */
  left: string[];
  models: { model: string; version: string }[];
  saved: SavedBytes[];
}

/** Takes pointers, ignore lines and record entries away; staged. */
export async function remove(project: Project, input: RemoveInput): Promise<RemoveResult> {
  return changing(project, async () => {
    const snapshot = await readSnapshot(project, "worktree");
    const paths = artifactsUnder(project, snapshot, input.paths);
    const arrangement = await arrange(project, new Map(paths.map((path) => [path, null])));
    const saved = input.delete ? await saveOrRefuse(project, arrangement, input.force === true) : [];
    const touched: string[] = [];
    const pointers = new Map(snapshot.pointers);
    for (const path of paths) {
      touched.push(...(await removePointer(project, path)));
      pointers.delete(path);
    }
    if (input.delete) await carryOut(project, arrangement);
    const models = await withoutArtifacts(project, snapshot, { records: snapshot.records, pointers }, paths);
    touched.push(...models.map((item) => item.file));
    await project.git.stage([...new Set(touched)]);
    const store = await project.store();
    for (const path of paths) await store.forget(path);
    return {
      removed: paths,
      left: input.delete ? [] : arrangement.removals.map((item) => item.path),
      models: models.map(({ model, version }) => ({ model, version })),
      saved,
    };
  });
}

async function withoutArtifacts(
  project: Project,
  before: Snapshot,
  after: Snapshot,
  paths: readonly string[],
): Promise<{ model: string; version: string; file: string }[]> {
  const changed: { model: string; version: string; file: string }[] = [];
  for (const [model, found] of before.records) {
    const { artifacts = [], datasets = [] } = found?.record ?? {};
    const concerned = artifacts.some((artifact) => paths.includes(artifact.path));
    if (!found || !concerned) continue;
    const { text } = describeBytes({
      model,
      file: found.path,
      before: found,
      version: found.record.version,
      artifacts: artifactsNow(after, artifacts),
      datasets,
      given: {},
      replaces: true,
      keep: false,
    });
    await writeFileAtomic(join(project.root, found.path), text, { durable: true });
    changed.push({ model, version: found.record.version, file: found.path });
  }
  return changed;
}
