// Locks between processes: a file that names its owner, taken over only from an owner that has certainly ended.
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { sleep } from "./clock.ts";
import { isAbsent, systemCode, writeError } from "./file-errors.ts";
import { makeFolder } from "./files.ts";
import { hasEnded, thisProcess, type ProcessIdentity } from "./processes.ts";
import { lstatOrNull } from "./stat.ts";
import { tempName } from "./temp.ts";

interface Owner extends ProcessIdentity {
  nonce: string;
  since: string;
}

const WAIT_MS = 10_000;
const POLL_MS = 25;
/** A lock file without an owner is the trace of a power cut, once nobody can still be writing it. */
const UNREADABLE_MS = 10_000;

interface LockOptions {
  /** The longest wait for one owner, in milliseconds. */
  waitMs?: number;
  /** Runs first where the lock was left by a process that ended in the middle of its work. */
  afterKill?: () => Promise<void>;
}

/**
 * Runs `work` while this process alone holds the lock `name` of `dir`. Waits up to `waitMs` (default 10 s) for each live owner,
 * so that of many commands at once the last one is served too; the lock of a process that has ended on this machine is taken
 * over. Throws MvError locked, naming the owner.
 */
export async function withLock<T>(
  dir: string,
  name: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const path = join(dir, `${name}.lock`);
  const owner = { ...thisProcess(), nonce: randomBytes(8).toString("hex"), since: new Date().toISOString() };
  const waitMs = options.waitMs ?? WAIT_MS;
  makeFolder(dir);
  let taken = tryTake(path, owner);
  let holder = readOwner(path)?.nonce;
  let until = performance.now() + waitMs;
  while (taken === null) {
    if (performance.now() >= until) throw locked(path, name);
    await sleep(POLL_MS * (0.5 + Math.random()));
    taken = tryTake(path, owner);
    const next = taken === null ? readOwner(path)?.nonce : undefined;
    if (next === holder || next === undefined) continue;
    holder = next;
    until = performance.now() + waitMs;
  }
  // An exit in the middle of the work must not leave it to the next command to find out.
  const release = (): void => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    if (taken === "taken over") await options.afterKill?.();
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function tryTake(path: string, owner: Owner): "free" | "taken over" | null {
  if (create(path, owner)) return "free";
  if (!isStale(path)) return null;
  // Only who holds the guard may remove another's lock; without it, two could both see the dead owner, and the slower one
  // would remove the lock of the faster.
  const guard = `${path}.takeover`;
  if (!create(guard, owner)) {
    if (isStale(guard)) rmSync(guard, { force: true });
    return null;
  }
  try {
    const isLeft = isStale(path);
    if (isLeft) rmSync(path, { force: true });
    if (!create(path, owner)) return null;
    return isLeft ? "taken over" : "free";
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Creates the file with its content in one step, so that nobody reads it empty. False where it exists. */
function create(path: string, owner: Owner): boolean {
  const text = JSON.stringify(owner);
  const temp = join(path, "..", tempName());
  try {
    writeFileSync(temp, text, { flag: "wx" });
    try {
      linkSync(temp, path);
    } finally {
      unlinkSync(temp);
    }
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") return false;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code)) throw writeError(error, path);
  }
  // A file system without hard links.
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw writeError(error, path);
  }
}

function isStale(path: string): boolean {
  const owner = readOwner(path);
  if (owner !== null) return hasEnded(owner);
  const stats = lstatOrNull(path);
  return stats !== null && Date.now() - Number(stats.mtimeMs) > UNREADABLE_MS;
}

function readOwner(path: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(path, "utf8")) as Partial<Owner> | null;
    const { pid, host, boot, space, start } = owner ?? {};
    if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return null;
    if ([host, boot, space, start].some((text) => typeof text !== "string")) return null;
    return owner as Owner;
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

function locked(path: string, name: string): MvError {
  const owner = readOwner(path);
  const here = owner === null || owner.host === thisProcess().host;
  const who = owner === null ? "another process" : `process ${owner.pid}${here ? "" : ` on ${owner.host}`}`;
  return new MvError("locked", `${name} is locked by ${who}${owner?.since ? ` since ${owner.since}` : ""}`, {
    hint: here ? "repeat when it is done" : `repeat when it is done; if it has ended, remove ${path}`,
    details: { path, ...(owner === null ? {} : { pid: owner.pid, host: owner.host }) },
  });
}
