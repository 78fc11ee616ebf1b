// The names of this clone's locks in stores. One that could not be removed (the hook ends before its push, or the key may not
// delete) is taken again by a later push, so that a store never gathers them.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isMvError } from "../../errors.ts";
import { LOCKS } from "../../model/store-lock.ts";
import { withLock } from "../../platform/locks.ts";
import type { Remote } from "../../remotes/remote.ts";
import { keep, readKept } from "../kept.ts";
import type { Project } from "../project.ts";
import { isOver, type PushUnderWay } from "./push-end.ts";

const SCHEMA = 1;
/** A `git push` of which nothing can be seen is long over by then, so that the lock of its hook is free. */
const FREE_AFTER_MS = 60 * 60 * 1000;

interface LeftLock {
  url: string;
  path: string;
  freeAt: number;
  /** The push that goes on with it, and when its hook ended. */
  push?: (PushUnderWay & { left: number }) | undefined;
}

interface Left {
  locks: LeftLock[];
}

const fileOf = (project: Project): string => join(project.stateDir, "store-locks.json");

/** A name for a new lock: one that is free again, else one that nobody else can have. */
export async function takeLockName(project: Project, url: string): Promise<string> {
  const free = await freeLocks(project, url);
  return changeLeft(project, (locks) => {
    const taken = locks.find((lock) => free.some((other) => isSame(lock, other)));
    const path = taken?.path ?? `${LOCKS}/push-${randomBytes(12).toString("hex")}.json`;
    return { locks: locks.filter((lock) => lock !== taken), result: path };
  });
}

/**
 * Gives a name back whose file stays there. `by`: what relies on it still; "nobody", a push that goes on, or null where that
 * cannot be told.
 */
export async function leaveLockName(
  project: Project,
  url: string,
  path: string,
  by: PushUnderWay | "nobody" | null,
): Promise<void> {
  const left = project.now().getTime();
  const lock: LeftLock =
    by === "nobody"
      ? { url, path, freeAt: left }
      : { url, path, freeAt: left + FREE_AFTER_MS, ...(by === null ? {} : { push: { ...by, left } }) };
  await changeLeft(project, (locks) => ({ locks: [...locks, lock], result: undefined }));
}

/** Removes this clone's locks that nobody relies on any more. Never fails: one that stays is tried again, and ends after a day. */
export async function endFreeLocks(project: Project, remote: Remote): Promise<void> {
  const free = await freeLocks(project, remote.url);
  if (free.length === 0) return;
  // Out of the list first: another command could take one again, which is not ours to remove then.
  const taken = await changeLeft(project, (locks) => {
    const ended = locks.filter((lock) => free.some((other) => isSame(lock, other)));
    return { locks: locks.filter((lock) => !ended.includes(lock)), result: ended };
  });
  for (const { url, path } of taken) {
    try {
      await remote.removeFile(path);
    } catch (error) {
      if (!isMvError(error)) throw error;
      await leaveLockName(project, url, path, "nobody");
    }
  }
}

/** Those of a store that are free. */
async function freeLocks(project: Project, url: string): Promise<LeftLock[]> {
  const known = (await readKept<Left>(fileOf(project), SCHEMA))?.locks ?? [];
  const now = project.now().getTime();
  const free: LeftLock[] = [];
  for (const lock of known.filter((each) => each.url === url)) {
    const { freeAt, push } = lock;
    if (freeAt <= now || (push !== undefined && (await isOver(project.git, push, now - push.left)))) free.push(lock);
  }
  return free;
}

/** Not where another command has taken the name meanwhile, and left it again. */
function isSame(a: LeftLock, b: LeftLock): boolean {
  return a.path === b.path && a.freeAt === b.freeAt;
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
