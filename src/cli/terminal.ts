// The terminal: colour, aligned columns, sizes, one line of progress, questions.
import { styleText } from "node:util";
import type { Style } from "./command.ts";

/** What a run writes to and knows about its terminal. Tests pass their own. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** False where answers could not be typed; a terminal where it is left out. */
  inIsTerminal?: boolean;
  outIsTerminal: boolean;
  errIsTerminal: boolean;
  columns: number;
  cwd: string;
  env: NodeJS.ProcessEnv;
  readInput(): Promise<string>;
  ask(question: string, options?: { secret?: boolean }): Promise<string>;
}

export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Style {
  const colour = env["FORCE_COLOR"]
    ? env["FORCE_COLOR"] !== "0"
    : isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return colour ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}

/** Bytes as people say them: "8 B", "1.5 MB" (powers of 1000). */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let amount = size;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toPrecision(3)} ${units[unit]}`;
}

/** Rows as columns, each as wide as its widest cell, two spaces apart, no trailing blanks. */
export function table(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, width(cell))));
  return rows
    .map((row) =>
      (indent + row.map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - width(cell))).join("  ")).trimEnd(),
    )
    .join("\n");
}

/** Text that came from a file, a tag or a path, made harmless for a terminal: no escape sequences, no line breaks. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

export function short(hash: string): string {
  return hash.startsWith("sha256:") ? hash.slice(7, 15) : hash.slice(0, 8);
}

// eslint-style escape sequences do not count towards the width.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function width(cell: string): number {
  return [...cell.replace(ESCAPES, "")].length;
}

export interface ProgressEvent {
  phase: string;
  bytes: number;
  total: number;
  files?: number;
  path?: string;
}

/** One line on stderr that is redrawn: phase, bytes, rate, time left. Silent unless stderr is a terminal. */
export function progressLine(io: Io, now: () => number): { show(event: ProgressEvent): void; clear(): void } {
  if (!io.errIsTerminal) return { show: () => undefined, clear: () => undefined };
  let started = now();
  let drawn = 0;
  let phase = "";
  let visible = false;
  return {
    show(event) {
      const time = now();
      if (event.phase !== phase) [phase, started, drawn] = [event.phase, time, 0];
      if (time - drawn < 100 || time - started < 300) return;
      drawn = time;
      const rate = (event.bytes / Math.max(1, time - started)) * 1000;
      const left = rate > 0 ? Math.ceil((event.total - event.bytes) / rate) : 0;
      const line = `${event.phase}  ${bytes(event.bytes)} of ${bytes(event.total)}  ${bytes(Math.round(rate))}/s  ${left} s left`;
      io.err(`\r\u001b[K${line.slice(0, Math.max(20, io.columns - 1))}`);
      visible = true;
    },
    clear() {
      if (visible) io.err("\r\u001b[K");
      visible = false;
    },
  };
}
