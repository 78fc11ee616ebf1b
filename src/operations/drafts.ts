// Draft numbers: which are taken in HEAD's history, and the next free one.
import { isDraft, isPrerelease, nextDraft, parseVersion } from "../model/version.ts";
import type { Project } from "./project.ts";
import type { Releases } from "./releases.ts";

/** The versions that the model's record declared in the history of a commit and of further heads (a merge has two). */
export async function declaredVersions(project: Project, model: string, heads: readonly string[]): Promise<string[]> {
  const record = project.settings.models[model]?.record;
  if (record === undefined || heads.length === 0) return [];
  const commits = await project.git.commits({ include: heads, paths: [record] });
  const texts = await project.git.readPaths(commits.map(({ oid }) => ({ rev: oid, path: record })));
  const versions = new Set<string>();
  texts.forEach((blob) => {
    const version = blob === null ? null : declaredIn(blob.toString("utf8"));
    if (version !== null) versions.add(version);
  });
  return [...versions];
}

/**
 * The version that a record declares, without reading the rest of it: a history has thousands of records. Null where it
 * declares none, as in one that was once broken.
 */
export function declaredIn(record: string): string | null {
  const [, word = ""] = /^version: *["']?([^\s"'#]+)/m.exec(record) ?? [];
  return parseVersion(word);
}

/** The next free draft of a model, above `declared` and every draft of the same number in the history of `heads`. */
export async function nextFreeDraft(
  project: Project,
  releases: Releases,
  model: string,
  input: { declared: string | null; heads: readonly string[] },
): Promise<string> {
  const finals = releases.of(model).filter((release) => !isPrerelease(release.version));
  const drafts = (await declaredVersions(project, model, input.heads)).filter(isDraft);
  return nextDraft({ highestRelease: finals.at(-1)?.version ?? null, declared: input.declared, drafts });
}

/** Whether a branch name matches one of the policy's globs: "exp/*", "main". `*` stands for anything, slashes too. */
export function matchesBranch(branch: string | null, globs: readonly string[]): boolean {
  if (branch === null) return false;
  return globs.some((glob) => {
    const parts = glob.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(branch);
  });
}
