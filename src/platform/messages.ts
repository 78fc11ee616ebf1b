// What threads say to each other. Errors are taken apart for it: cloning drops the codes they carry.
import { isMvError, MvError, type ErrorCode } from "../errors.ts";
import type { JobName } from "./run-job.ts";

export interface Order {
  name: JobName;
  input: unknown;
}

export type Answer = { result: unknown } | { error: PackedError };

export interface PackedError {
  message: string;
  stack: string | undefined;
  mv: { code: ErrorCode; hint: string | undefined; details: Record<string, unknown> } | null;
  /** code, syscall, path of a system call that failed. */
  system: Record<string, string>;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, mv: null, system: {} };
  const system: Record<string, string> = {};
  for (const key of ["code", "syscall", "path"] as const) {
    const value = (error as unknown as Record<string, unknown>)[key];
    if (typeof value === "string") system[key] = value;
  }
  const mv = isMvError(error) ? { code: error.code, hint: error.hint, details: error.details } : null;
  return { message: error.message, stack: error.stack, mv, system: mv ? {} : system };
}

export function unpackError({ message, stack, mv, system }: PackedError): Error {
  if (mv) return new MvError(mv.code, message, { hint: mv.hint, details: mv.details });
  const error = Object.assign(new Error(message), system);
  if (stack !== undefined) error.stack = stack;
  return error;
}
