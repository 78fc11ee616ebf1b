// What the system says when a file call fails, as errors a user can understand.
import { MvError } from "../errors.ts";

interface SystemError extends Error {
  code: string;
  path?: string;
}

/** The code of a failed system call, such as ENOENT, or "". */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error
    ? error.code
    : "";
}

export function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** A temp file or folder of ours, or what is in it (temp.ts). */
const TEMP = /[\\/]\.mv-[^\\/]*\.tmp(?:[\\/].*)?$/s;

/**
 * The error of a failed write as an MvError: no-space for a full disk or quota, no-write for what the system denies. Others
 * come back as they are.
 */
export function writeError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  const failed = (error as SystemError).path;
  // A temp file is not what anybody asked for: the folder that it was to be in, where nothing else is known.
  const named = (failed === undefined || TEMP.test(failed) ? path : failed).replace(TEMP, "");
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    const what =
      code === "ENOSPC" ? "the disk is full" : code === "EDQUOT" ? "the quota is used up" : "it is too large";
    const target = path.replace(TEMP, "");
    return new MvError("no-space", `${target} cannot be written: ${what}`, {
      hint: "mv gc, mv evict, or free some other space; then repeat",
      details: { path: target, cause: code },
      cause: error,
    });
  }
  const denied = DENIED[code];
  if (denied === undefined) return error;
  const { why, hint } = denied;
  return new MvError("no-write", `${named} cannot be written: ${why}`, {
    hint,
    details: { path: named, cause: code },
    cause: error,
  });
}

/** The error of a failed read as an MvError: no-read for what the system denies. Others come back as they are. */
export function readError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  const denied = DENIED[code];
  if (denied === undefined) return error;
  const { why, hint } = denied;
  return new MvError("no-read", `${path} cannot be read: ${why}`, {
    hint,
    details: { path, cause: code },
    cause: error,
  });
}

const PERMISSIONS = "check who may read and write it (ls -ld), then repeat";
const BUSY = "raise the limit of open files (ulimit -n), or use fewer jobs: git config mversion.jobs 1";

const DENIED: Readonly<Record<string, { why: string; hint: string }>> = {
  EACCES: { why: "permission denied", hint: PERMISSIONS },
  EPERM: { why: "not permitted", hint: PERMISSIONS },
  EROFS: { why: "the file system is read-only", hint: "make it writable, then repeat" },
  EIO: { why: "the disk reports an error (EIO)", hint: "see what the system's log says of the disk, then repeat" },
  EMFILE: { why: "too many open files", hint: BUSY },
  ENFILE: { why: "too many open files", hint: BUSY },
  ESTALE: { why: "the network file system lost it (ESTALE)", hint: "see that it is mounted, then repeat" },
};
