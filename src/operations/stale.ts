// The ways out where a record describes other bytes than the pointers beside it: new bytes, an artifact that was moved or
// taken away by Git alone, or a commit that was to hold one of the two files without the other.
import type { ModelRecord } from "../model/record.ts";
import { pointerPath } from "../model/paths.ts";
import type { Project } from "./project.ts";
import { isStale, readSnapshot, type Snapshot, type Where } from "./snapshot.ts";
import { fromHere } from "./targets.ts";

/** What to type, the first of the lines being a command; `pointers` are those of the record's own tree. */
export function staleSteps(project: Project, record: ModelRecord, { pointers }: Snapshot): string[] {
  const taken = new Set(record.artifacts.map(({ path }) => path));
  const changed: string[] = [];
  const gone: string[] = [];
  for (const { path, sha256 } of record.artifacts) {
    const pointer = pointers.get(path)?.pointer;
    if (pointer?.sha256 === sha256) continue;
    if (pointer) {
      changed.push(path);
      continue;
    }
    const [moved] = [...pointers].find(([other, file]) => !taken.has(other) && file.pointer.sha256 === sha256) ?? [];
    if (moved === undefined) gone.push(path);
    else changed.push(moved);
    if (moved !== undefined) taken.add(moved);
  }
  if (changed.length + gone.length === 0) changed.push(...taken);
  const typed = (paths: readonly string[]): string => paths.map((path) => fromHere(project, path)).join(" ");
  const commands = [
    ...(changed.length > 0 ? [`mv add ${typed(changed)}`] : []),
    ...(gone.length > 0 ? [`mv remove ${typed(gone)}`] : []),
  ];
  const back = `git restore --source=HEAD --staged --worktree ${typed(gone.map(pointerPath))}`;
  return [commands.join(" && "), ...(gone.length > 0 ? [`Or keep tracking it: ${back}`] : [])];
}

/** The same for a model of a commit, or of the index, where the working tree may have both files as they belong together. */
export async function staleStepsOf(
  project: Project,
  where: Exclude<Where, "worktree">,
  about: { model: string; record: ModelRecord; operation: string | null },
): Promise<string[]> {
  const ignore = (): undefined => undefined;
  const tree = await readSnapshot(project, where, ignore);
  const steps = staleSteps(project, about.record, tree);
  if (where !== "index") return steps;
  const disk = await readSnapshot(project, "worktree", ignore);
  const found = disk.records.get(about.model);
  if (!found || isStale(disk, found.record)) return steps;
  const paths = [...new Set([...about.record.artifacts, ...found.record.artifacts].map(({ path }) => path))];
  const differing = paths.filter((path) => tree.pointers.get(path)?.text !== disk.pointers.get(path)?.text);
  const recordDiffers = tree.records.get(about.model)?.text !== found.text;
  const files = [...(recordDiffers ? [found.path] : []), ...differing.map(pointerPath)];
  if (files.length === 0) return steps;
  const names = files.map((file) => fromHere(project, file)).join(" ");
  const goOn = about.operation === null ? "then commit both together" : `then git ${about.operation} --continue`;
  return [`git add ${names}, ${goOn}`];
}
