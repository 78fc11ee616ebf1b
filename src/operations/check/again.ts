// A draft's number that comes again with other bytes: a revert took the first back, and then a merge, squash or cherry-pick
// brings the work of somebody who never saw it. Nobody did wrong, so it is a warning, until the bytes have another number.
import { sameContent } from "../../model/content.ts";
import { isDraft, sameVersion } from "../../model/version.ts";
import { isMvError } from "../../errors.ts";
import { parseRecord } from "../../model/record.ts";
import { declaredIn } from "../drafts.ts";
import type { Project } from "../project.ts";
import type { Finding } from "./findings.ts";
import { modelFlag } from "./suggest.ts";
import type { ModelTree } from "./trees.ts";

/** The finding on a model's draft, where a commit along the first parents of `line` declared its number for other bytes. */
export async function againFinding(
  project: Project,
  { model, file, state }: ModelTree,
  { line, past }: { line: string; past: boolean },
): Promise<Finding[]> {
  if (state === null || state.artifacts.length === 0 || !isDraft(state.version)) return [];
  const commits = await project.git.commits({ include: [line], paths: [file], firstParent: true });
  const texts = await project.git.readPaths(commits.map(({ oid }) => ({ rev: oid, path: file })));
  const at = texts.findIndex((blob) => blob !== null && declares(blob.toString("utf8"), file, state));
  const before = commits[at]?.oid.slice(0, 7);
  if (before === undefined) return [];
  const bump = `mv bump draft${modelFlag(project, model)}`;
  return [
    {
      rule: "draft-again",
      severity: "warning",
      message: `${model} ${state.version} named other bytes in ${before}, which this line took back: two contents have one number.`,
      next: [past ? `${bump} && git commit -am "A number of its own"` : `When this is committed: ${bump}`],
      file,
      commit: null,
      models: [{ model, version: state.version }],
    },
  ];
}

/** Whether a record declares the number for other bytes. One that cannot be read declares nothing. */
function declares(text: string, file: string, state: NonNullable<ModelTree["state"]>): boolean {
  const version = declaredIn(text);
  if (version === null || !sameVersion(version, state.version)) return false;
  try {
    const { artifacts } = parseRecord(text, file);
    return artifacts.length > 0 && !sameContent(artifacts, state.artifacts);
  } catch (error) {
    if (isMvError(error)) return false;
    throw error;
  }
}
