// Artifacts whose bytes left this cache because a remote holds them: what lies in the tree is stored there, not nowhere.
import { join } from "node:path";
import type { Bytes } from "../../store/store.ts";
import { keep, readKept } from "../kept.ts";
import type { Arrangement } from "../materialize.ts";
import { withKnownRemotes } from "../objects/known-remotes.ts";
import type { Project } from "../project.ts";
import { keptSomewhere } from "./kept-somewhere.ts";

const SCHEMA = 1;
/** The newest are what the working tree may still hold. */
const MOST = 200_000;

interface Evicted {
  objects: string[];
}

const fileOf = (project: Project): string => join(project.stateDir, "evicted.json");

export async function rememberEvicted(project: Project, shas: readonly string[]): Promise<void> {
  const known = (await readKept<Evicted>(fileOf(project), SCHEMA))?.objects ?? [];
  await keep(fileOf(project), SCHEMA, { objects: [...new Set([...known, ...shas])].slice(-MOST) } satisfies Evicted);
}

/**
 * Takes bytes out of `unsaved` that left the cache by `mv evict` and that a remote confirms to hold now and that no gc takes from it. Bytes that were never
 * evicted are asked for nowhere: most are somebody's work, and this must not wait for a network.
 */
export async function settleEvicted(project: Project, arrangement: Arrangement): Promise<Arrangement> {
  if (arrangement.unsaved.length === 0) return arrangement;
  const known = new Set((await readKept<Evicted>(fileOf(project), SCHEMA))?.objects);
  const store = await project.store();
  const open = new Map<string, { sha256: string; size: number }[]>();
  for (const { path, bytes } of arrangement.unsaved) {
    const objects = objectsOf(bytes);
    const lacking = new Set(await store.missing(objects.map(({ sha256 }) => sha256)));
    if ([...lacking].every((sha256) => known.has(sha256)))
      open.set(
        path,
        objects.filter(({ sha256 }) => lacking.has(sha256)),
      );
  }
  if (open.size === 0) return arrangement;
  const { kept } = await keptSomewhere(project, [...open.values()].flat());
  const isSafe = (path: string): boolean => open.get(path)?.every(({ sha256 }) => kept.has(sha256)) === true;
  return { ...arrangement, unsaved: arrangement.unsaved.filter(({ path }) => !isSafe(path)) };
}

/** Those that may leave the cache for the tree, where the disk has no room for both: a remote confirms to hold them. */
export async function spareObjects(
  project: Project,
  objects: readonly { sha256: string; size: number }[],
): Promise<Set<string>> {
  const { settings } = await withKnownRemotes(project);
  if (Object.keys(settings.remotes).length === 0) return new Set();
  const { kept } = await keptSomewhere(project, objects);
  await rememberEvicted(project, [...kept]);
  return new Set(kept);
}

function objectsOf(bytes: Bytes): { sha256: string; size: number }[] {
  if (bytes.kind === "file") return [{ sha256: bytes.sha256, size: bytes.size }];
  return bytes.entries.flatMap((entry) => ("sha256" in entry ? [{ sha256: entry.sha256, size: entry.size }] : []));
}
