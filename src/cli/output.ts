// Prints an outcome or an error: for a person on two streams, for a program as one JSON document.
import { errorTable, MvError } from "../errors.ts";
import type { Outcome } from "./command.ts";
import { type Io, printable } from "./terminal.ts";

const LABELLED = /^[A-Z][A-Za-z ]*: /;

export function printOutcome(io: Io, outcome: Outcome, quiet: boolean): void {
  if (outcome.out) io.out(`${outcome.out}\n`);
  if (!quiet) for (const note of outcome.notes ?? []) io.err(`${note}\n`);
}

export function printWarning(io: Io, text: string): void {
  io.err(`mversion: warning: ${harmless(text)}\n`);
}

/** Messages quote paths, tags and files of strangers; only their line breaks are ours. */
function harmless(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

export function printError(io: Io, error: MvError, debug: boolean): void {
  const kind = error.exit === 1 ? "refused: " : "";
  io.err(`mversion: ${kind}${harmless(error.message)}\n`);
  for (const line of error.hint?.split("\n") ?? [])
    io.err(`${LABELLED.test(line) ? "" : "Next: "}${printable(line)}\n`);
  if (debug) io.err(`${error.stack ?? ""}\n${error.cause instanceof Error ? `Caused by: ${error.cause.stack}\n` : ""}`);
}

export function successDocument(command: string, data: unknown, warnings: readonly string[]): string {
  return `${JSON.stringify({ schema: 1, command, ok: true, data, warnings })}\n`;
}

export function failureDocument(command: string, error: MvError, warnings: readonly string[]): string {
  const { code, message, hint, details } = error;
  return `${JSON.stringify({ schema: 1, command, ok: false, error: { code, message, hint: hint ?? null, details }, warnings })}\n`;
}

/** Any failure as an MvError: what is not one of ours is a bug, except for a few that the system explains. */
export function asMvError(error: unknown): MvError {
  if (error instanceof MvError) return error;
  const system = error as NodeJS.ErrnoException;
  const where = system.path ? `: ${system.path}` : "";
  switch (system?.code) {
    case "ENOSPC":
    case "EDQUOT":
      return new MvError("no-space", `The disk is full${where}`, { hint: errorTable["no-space"].remedy, cause: error });
    case "EIO":
      return new MvError("no-write", `The disk reports an error${where}`, {
        hint: "check the disk, then repeat the command",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new MvError("no-write", `No permission${where}`, { hint: errorTable["no-write"].remedy, cause: error });
    case "ENAMETOOLONG":
      return new MvError("bad-path", `${system.path?.slice(0, 120) ?? "a path"}… is longer than this system takes`, {
        hint: "give its folders shorter names, or have the repository nearer to the root of the disk",
        details: { path: system.path ?? null },
        cause: error,
      });
    default:
      return new MvError(
        "internal",
        `This is a bug in mversion: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: "Repeat with --debug and report what it prints",
          cause: error,
        },
      );
  }
}
