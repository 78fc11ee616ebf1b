// The names of this clone's locks in stores. One that could not be removed (the hook ends before its push, or the key may not
// delete) is taken again by a later push, so that a store never gathers them.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isMvError } from "../../errors.ts";
import { LOCKS } from "../../model/store-lock.ts";
import { withLock } from "../../platform/locks.ts";
import { keep, readKept } from "../kept.ts";
import type { Project } from "../project.ts";

const SCHEMA = 1;
/** A `git push` is long over by then, so that the lock of its hook is free. */
const FREE_AFTER_MS = 60 * 60 * 1000;

interface Left {
  locks: { url: string; path: string; freeAt: number }[];
}

const fileOf = (project: Project): string => join(project.stateDir, "store-locks.json");

/** A name for a new lock: one that is free again, else one that nobody else can have. */
export function takeLockName(project: Project, url: string): Promise<string> {
  return changeLeft(project, (locks) => {
    const now = project.now().getTime();
    const free = locks.find((lock) => lock.url === url && lock.freeAt <= now);
    const path = free?.path ?? `${LOCKS}/push-${randomBytes(12).toString("hex")}.json`;
    return { locks: locks.filter((lock) => lock !== free), result: path };
  });
}

/** Gives a name back whose file stays there. `isFree`: nobody relies on it any more. */
export async function leaveLockName(project: Project, url: string, path: string, isFree: boolean): Promise<void> {
  const freeAt = project.now().getTime() + (isFree ? 0 : FREE_AFTER_MS);
  await changeLeft(project, (locks) => ({ locks: [...locks, { url, path, freeAt }], result: undefined }));
}

async function changeLeft<T>(
  project: Project,
  change: (locks: Left["locks"]) => { locks: Left["locks"]; result: T },
): Promise<T> {
  try {
    return await withLock(project.stateDir, "store-locks", async () => {
      const before = (await readKept<Left>(fileOf(project), SCHEMA))?.locks ?? [];
      const { locks, result } = change(before);
      if (locks.length + before.length > 0) await keep(fileOf(project), SCHEMA, { locks } satisfies Left);
      return result;
    });
  } catch (error) {
    // A clone that cannot be written to remembers nothing.
    if (isMvError(error) && error.code === "no-write") return change([]).result;
    throw error;
  }
}
