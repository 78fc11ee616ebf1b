// What Git would carry along to a version: changes that are not committed, to what describes it and to anything else.
import { MvError } from "../../errors.ts";
import { pointerPath, POINTER_SUFFIX } from "../../model/paths.ts";
import type { Project } from "../project.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Found } from "../versions.ts";
import type { WantedBytes } from "./wanted.ts";

/**
 * Fails with would-lose where the record or a pointer of the version has changes that are in no commit: beside the version's
 * bytes they would describe others. Other changed files, which Git keeps where both commits have the same, are returned.
 */
export async function requireCommitted(
  project: Project,
  found: Found,
  trees: { before: Snapshot; after: Snapshot; must: WantedBytes["must"] },
): Promise<string[]> {
  const { staged, unstaged } = await project.git.status();
  const changed = new Set([...staged, ...unstaged]);
  if (changed.size === 0) return [];
  const { models } = project.settings;
  const own = new Set([...trees.must.keys()].map(pointerPath));
  for (const [name, { record }] of Object.entries(models))
    if (found.model === null || found.model === name) own.add(record);
  const [before, after] = [textsOf(trees.before), textsOf(trees.after)];
  const lost = [...own].filter((path) => changed.has(path) && before.get(path) !== after.get(path));
  if (lost.length > 0) {
    throw new MvError("would-lose", `Changes that are not committed would not fit ${found.name}: ${lost.join(", ")}`, {
      hint: "git stash, or git commit",
      details: { paths: lost },
    });
  }
  const records = new Set(Object.values(models).map(({ record }) => record));
  return [...changed].filter((path) => !path.endsWith(POINTER_SUFFIX) && !records.has(path));
}

function textsOf(tree: Snapshot): Map<string, string> {
  const records = [...tree.records.values()].flatMap((file) => (file ? [file] : []));
  return new Map([...records, ...tree.pointers.values()].map(({ path, text }) => [path, text]));
}
