// Whether everything that was released before is known here: else a number could be given twice.
import { isMvError, MvError } from "../../errors.ts";
import { isPrerelease, parseTag } from "../../model/version.ts";
import type { Project } from "../project.ts";
import { type Releases, requireHistory } from "../releases.ts";
import type { Snapshot } from "../snapshot.ts";

/**
 * Fails with incomplete in a shallow clone, and in one without release tags whose remote has some. A first release of a
 * declared number is told from a clone without tags by asking the remotes.
 */
export async function requireAllReleases(project: Project, releases: Releases, snapshot: Snapshot): Promise<void> {
  await requireHistory(project, releases, []);
  const finals = [...snapshot.records].flatMap(([model, found]) =>
    found && !isPrerelease(found.record.version) ? [`${model} ${found.record.version}`] : [],
  );
  if (releases.all.length > 0 || finals.length === 0) return;
  for (const remote of await project.git.remotes()) {
    if (!(await hasReleases(project, remote))) continue;
    throw new MvError(
      "incomplete",
      `This clone has no release tags, and ${remote} has some: what was released cannot be known here`,
      { hint: `git fetch --tags ${remote}`, details: { why: "no-tags", remote } },
    );
  }
}

async function hasReleases(project: Project, remote: string): Promise<boolean> {
  const formats = Object.entries(project.settings.models);
  try {
    const tags = await project.git.remoteTags(remote, []);
    return tags.some(({ name }) => formats.some(([model, { tag }]) => parseTag(tag, model, name) !== null));
  } catch (error) {
    if (!isMvError(error) || error.code !== "unreachable") throw error;
    throw new MvError(
      "incomplete",
      `This clone has no release tags, and ${remote} cannot be asked for them: ${error.message}`,
      { hint: `git fetch --tags ${remote}`, details: { why: "no-tags", remote }, cause: error },
    );
  }
}
