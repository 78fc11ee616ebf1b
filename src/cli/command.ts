// What a command is: a row of the table (words, flags, help) and a function from parsed flags to an outcome.
import type { Progress, Project, Surroundings } from "../operations/project.ts";

export interface Flag {
  /** commander's notation: "-m, --message <why>", "--no-data", "--metric <key=value>" */
  flags: string;
  text: string;
  /** May be given several times; the values arrive as an array. */
  repeat?: boolean;
  choices?: readonly string[];
}

export type Group = "start" | "track" | "describe" | "release" | "share" | "roll out" | "govern";

export interface CommandRow {
  name: string;
  group: Group;
  /** commander's notation of the operands: "[version...]", "<file...>" */
  operands?: string;
  /** The operands as help shows them, where that is more than commander needs to know. */
  usage?: string;
  summary: string;
  /** More than one line of help, where the summary is not enough. */
  about?: string;
  flags?: readonly Flag[];
  examples: readonly string[];
  /** Not listed in --help: called by the hooks. */
  hidden?: boolean;
  load: () => Promise<{ run: CommandRun }>;
}

/** Everything a command may use of the world outside. */
export interface Context {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** True where questions may be asked: a terminal, and neither --yes nor --json. */
  interactive: boolean;
  yes: boolean;
  /** True where stdout is for a program: one JSON document. */
  json: boolean;
  /** Opens the repository around cwd; fails with no-repository or no-config. Opened once. */
  project(): Promise<Project>;
  /** Adds a warning: on stderr for a person, in `warnings` for a program. */
  warn(text: string): void;
  /** Shows how far long work has come, on a terminal. */
  report(event: Progress): void;
  /** Asks one question on the terminal; only where `interactive`. What is typed to a secret one is not shown. */
  ask(question: string, options?: { secret?: boolean }): Promise<string>;
  /** All of standard input, for hooks. */
  readInput(): Promise<string>;
  /** Makes text bold, dim, red… where stdout is a terminal that shows colour. */
  style: Style;
}

export type Style = (format: "bold" | "dim" | "red" | "green" | "yellow" | "cyan", text: string) => string;

/** What a command leaves behind: the result for a program, and the words for a person. */
export interface Outcome {
  /** The operation's result, given as `data` with --json. */
  data: unknown;
  /** Lines for stdout. */
  out?: string | undefined;
  /** Lines for stderr: what to know and what to type next. */
  notes?: readonly string[] | undefined;
  /** Exit status where it is not 0. */
  exit?: number | undefined;
}

export type Values = Record<string, string | boolean | readonly string[] | undefined>;

export type CommandRun = (context: Context, operands: readonly string[], flags: Values) => Promise<Outcome>;

/** What an operation may use where it needs no repository around. */
export function aroundOf({ cwd, env, warn, report, interactive }: Context): Surroundings {
  // Git and its helpers ask at a terminal by themselves, unless they are told not to.
  return { cwd, env: interactive ? env : { ...env, GIT_TERMINAL_PROMPT: "0" }, warn, report };
}
