// Where the bytes of an added path go: a copy or the file itself into the cache, or past it to a store.
import { isMvError, MvError } from "../../errors.ts";
import type { AddInput } from "../add.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";
import { fromHere } from "../targets.ts";
import type { Plan, Stored } from "./plan.ts";

/** Stores what a path holds. Throws bad-path where that is nothing, no-space, and what the cache or the store throws. */
export async function storeBytes(project: Project, plan: Plan, { move = false, toRemote }: AddInput): Promise<Stored> {
  const { path, absolute, isDirectory } = plan.target;
  const options = isDirectory ? { ignored: await readIgnored(project, path) } : {};
  const stored = toRemote === undefined ? await toCache() : await toStore(toRemote);
  const { bytes } = stored;
  if (bytes.kind !== "directory" || bytes.files > 0) return stored;
  throw new MvError(
    "bad-path",
    `${path} has no files, or .mvignore leaves all of them out: nothing could be restored`,
    { hint: `ls -A ${fromHere(project, path)}   # and put files in, or take lines out of .mvignore` },
  );

  async function toCache(): Promise<Stored> {
    const cache = await project.store();
    try {
      return { plan, bytes: await cache.add(absolute, path, { move, progress: project.report, ...options }) };
    } catch (error) {
      throw (move ? null : withoutCopy(`a copy of ${path}`, fromHere(project, path), error)) ?? error;
    }
  }

  async function toStore(name: string): Promise<Stored> {
    const { addToRemote } = await import("./to-remote.ts");
    return { plan, ...(await addToRemote(project, name, { absolute, path }, options)) };
  }
}

/** Several files are to fit together: otherwise the last is refused when the others have filled the disk. Throws no-space. */
export async function requireRoom(
  project: Project,
  plans: readonly Plan[],
  { move, toRemote }: AddInput,
): Promise<void> {
  if (move === true || toRemote !== undefined || plans.length < 2) return;
  const store = await project.store();
  const artifacts = plans.map(({ target: { absolute, path } }) => ({ absolute, key: path }));
  await store.requireRoomToAdd(artifacts).catch((error: unknown) => {
    throw withoutCopy(`copies of these ${plans.length} paths`, "PATH…", error) ?? error;
  });
}

/** The disk has no room for a second copy: the ways that need none there. */
function withoutCopy(what: string, operand: string, error: unknown): MvError | null {
  if (!isMvError(error) || error.code !== "no-space") return null;
  return new MvError("no-space", `There is no room for ${what} in the cache: ${error.message}`, {
    hint: `mv add --move ${operand}, or mv add ${operand} --to-remote NAME: neither needs a copy\nA cache on another disk: git config mversion.cache FOLDER`,
    details: error.details,
    cause: error,
  });
}
