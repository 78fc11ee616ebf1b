// Asks the shared stores of the settings which objects they hold.
import type { Project } from "./project.ts";

/** The objects that some remote confirms to hold. An unreachable remote confirms nothing and is a warning. */
export async function confirmOnRemotes(project: Project, objects: readonly string[]): Promise<Set<string>> {
  const confirmed = new Set<string>();
  for (const [name, remote] of Object.entries(project.settings.remotes)) {
    const { openRemote } = await import("../remotes/index.ts");
    try {
      const held = await (await openRemote(name, remote, project.root)).has(objects);
      for (const sha256 of held) confirmed.add(sha256);
      project.warn(`${name} has ${held.length} of ${objects.length} objects`);
    } catch (error) {
      project.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return confirmed;
}
