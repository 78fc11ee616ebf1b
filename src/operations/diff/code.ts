// How the code differs: every tracked file that is not ours to show elsewhere. The settings are shown: people write them, and
// they say what is enforced.
import type { FileDelta } from "../../git/git.ts";
import { POINTER_SUFFIX } from "../../model/paths.ts";
import type { Project } from "../project.ts";
import { withoutOwnLines } from "./own-lines.ts";
import type { Side } from "./sides.ts";

export interface CodeDiff {
  models: string[];
  /** A commit. */
  from: string;
  /** A commit; null: the working tree. */
  to: string | null;
  files: FileDelta[];
}

/** One entry for each pair of commits that differs in code: several models are usually compared over the same pair. */
export async function codeDiffs(
  project: Project,
  compared: readonly { model: string; from: Side; to: Side }[],
): Promise<CodeDiff[]> {
  const records = Object.values(project.settings.models).map((model) => model.record);
  const pairs = new Map<string, CodeDiff>();
  for (const { model, from, to } of compared) {
    if (from.commit === null || from.commit === to.commit) continue;
    const key = `${from.commit} ${to.commit}`;
    const known = pairs.get(key);
    if (known) known.models.push(model);
    else pairs.set(key, { models: [model], from: from.commit, to: to.commit, files: [] });
  }
  const diffs = [...pairs.values()];
  await Promise.all(
    diffs.map(async (diff) => {
      const files = await project.git.diffStat(diff.from, diff.to, [POINTER_SUFFIX, ...records]);
      diff.files.push(...(await withoutOwnLines(project, files, diff)));
    }),
  );
  return diffs.filter((diff) => diff.files.length > 0);
}
