// Asks the shared stores of the settings which objects they hold.
import { MANIFEST_MAX_BYTES, parseManifest } from "../model/manifest.ts";
import type { Remote } from "../remotes/remote.ts";
import type { Project } from "./project.ts";

/** What one remote said: it has `has` of the `of` objects that it was asked for. */
export interface Confirmation {
  remote: string;
  has: number;
  of: number;
}

/** Bytes that are wanted of a remote: a file's object, or a folder's manifest and all that it lists. */
export interface RemoteTarget {
  kind: "file" | "directory" | "external";
  sha256: string;
}

/**
 * The targets that some remote confirms to hold whole, by their SHA-256. A folder counts only with every file of its manifest,
 * which is read from the remote. An unreachable remote confirms nothing and is a warning.
 */
export async function confirmOnRemotes(
  project: Project,
  targets: readonly RemoteTarget[],
): Promise<{ confirmed: Set<string>; answers: Confirmation[] }> {
  const confirmed = new Set<string>();
  const answers: Confirmation[] = [];
  for (const [name, settings] of Object.entries(project.settings.remotes)) {
    const { openRemote } = await import("../remotes/open.ts");
    try {
      const remote = await openRemote(name, settings, project.root);
      const needs = await Promise.all(targets.map((target) => objectsOf(remote, target)));
      const objects = [...new Set(needs.flat())];
      const held = new Set(await remote.has(objects));
      targets.forEach(({ sha256 }, at) => {
        if (needs[at]?.every((object) => held.has(object))) confirmed.add(sha256);
      });
      answers.push({ remote: name, has: held.size, of: objects.length });
    } catch (error) {
      project.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { confirmed, answers };
}

async function objectsOf(remote: Remote, { kind, sha256 }: RemoteTarget): Promise<string[]> {
  if (kind !== "directory") return [sha256];
  const manifest = await remote.read(sha256, MANIFEST_MAX_BYTES);
  if (manifest === null) return [sha256];
  const { files } = parseManifest(manifest, sha256);
  return [sha256, ...files.flatMap((entry) => ("sha256" in entry ? [entry.sha256] : []))];
}
