// Whether this clone may lack assignments: then nothing may be said of what runs where without saying so.
import { completingCommand } from "../complete.ts";
import type { Project } from "../project.ts";
import type { Registry } from "../registry.ts";
import type { Releases } from "../releases.ts";

/**
 * Warns in a clone that was told to leave tags out and has no release, and in a shallow one whose tags have gaps: it gets those
 * of its few commits alone, while one that fetched all tags has every number of a chain. Asks no remote.
 */
export async function warnOfMissing(project: Project, releases: Releases, registry: Registry): Promise<void> {
  const command = await completingCommand(project, releases.all.length > 0);
  if (command === null || (releases.all.length > 0 && isWhole(registry))) return;
  project.warn(`this clone lacks tags, so other versions may run than it knows of; bring them: ${command}`);
}

function isWhole({ tags, stages }: Registry): boolean {
  const isComplete = stages.map(({ model, stage }) => {
    const chain = tags.filter((tag) => tag.kind === "assign" && tag.model === model && tag.stage === stage);
    return new Set(chain.map(({ number }) => number)).size === Math.max(...chain.map(({ number }) => number));
  });
  return isComplete.length > 0 && isComplete.every(Boolean);
}
