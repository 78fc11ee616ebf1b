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

/**
 * The error of a failed write as an MvError: no-space for a full disk or quota, no-write for what the system denies. Others
 * come back as they are.
 */
export function writeError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  const named = (error as SystemError).path ?? path;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    const what =
      code === "ENOSPC" ? "the disk is full" : code === "EDQUOT" ? "the quota is used up" : "it is too large";
    return new MvError("no-space", `${path} cannot be written: ${what}`, {
      details: { path, cause: code },
      cause: error,
    });
  }
  const why = DENIED[code];
  if (why === undefined) return error;
  return new MvError("no-write", `${named} cannot be written: ${why}`, {
    details: { path: named, cause: code },
    cause: error,
  });
}

/** The error of a failed read as an MvError: no-read for what the system denies. Others come back as they are. */
export function readError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  const why = DENIED[code];
  if (why === undefined) return error;
  return new MvError("no-read", `${path} cannot be read: ${why}`, { details: { path, cause: code }, cause: error });
}

const DENIED: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  EIO: "the disk reports an error (EIO)",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  ESTALE: "the network file system lost it (ESTALE)",
};
