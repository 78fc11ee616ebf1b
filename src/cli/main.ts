// Runs one command line: finds the command, runs it, prints what came of it. The only place that catches errors.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
import type { Project, Surroundings } from "../operations/project.ts";
import { settleInterrupts } from "../platform/interrupts.ts";
import { rows } from "./commands/index.ts";
import type { Context } from "./command.ts";
import { asMvError, failureDocument, printError, printOutcome, printWarning, successDocument } from "./output.ts";
import { commandFirst, parse } from "./program.ts";
import { type Io, progressLine, styleFor } from "./terminal.ts";

/** How long an interruption waits for what others must be told. */
const INTERRUPT_MS = 3000;

/** The version of the installed package. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The table of all commands, for the documentation. */
export { rows as commandRows };

/** Loaded where a command asks for it: help needs none of it. */
async function openProject(around: Surroundings): Promise<Project> {
  return (await import("../operations/project.ts")).openProject(around);
}

/** Runs a command line and returns the exit status. Writes through `io` alone. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const argv = commandFirst(words);
  const warnings: string[] = [];
  const json = argv.includes("--json");
  const debug = argv.includes("--debug") || io.env["MVERSION_DEBUG"] === "1";
  let command = argv.find((word) => !word.startsWith("-")) ?? "";
  const progress = progressLine(io, Date.now);
  try {
    const invocation = await parse(rows, argv, packageVersion(), (text) => io.out(text));
    if (!invocation) return 0;
    const { row, operands, flags, globals } = invocation;
    command = row.name;
    const warn = (text: string): void => {
      progress.clear();
      warnings.push(text);
      if (!json && !globals.quiet) printWarning(io, text);
    };
    const interactive =
      io.inIsTerminal !== false && io.outIsTerminal && io.errIsTerminal && !globals.yes && !globals.json;
    const cwd = globals.cd === undefined ? io.cwd : resolve(io.cwd, globals.cd);
    let project: Promise<Project> | undefined;
    const context: Context = {
      cwd,
      env: io.env,
      interactive,
      yes: globals.yes,
      json: globals.json,
      warn,
      report: progress.show,
      readInput: io.readInput,
      ask: (question, options) => {
        if (!interactive) throw new MvError("usage", `${question.trim()} Not asked here: not a terminal`);
        return io.ask(question, options);
      },
      style: styleFor(io.outIsTerminal, io.env),
      project: () =>
        (project ??= openProject({
          cwd,
          // Git and its helpers ask at a terminal by themselves, unless they are told not to.
          env: interactive ? io.env : { ...io.env, GIT_TERMINAL_PROMPT: "0" },
          warn,
          report: progress.show,
          onGitOutput: (text) => io.err(text),
          hookHint: !row.hidden && row.name !== "hooks" && row.name !== "init",
        })),
    };
    const { run: action } = await row.load();
    const outcome = await action(context, operands, flags);
    progress.clear();
    if (globals.json) io.out(successDocument(command, outcome.data, warnings));
    else printOutcome(io, outcome, globals.quiet);
    return outcome.exit ?? 0;
  } catch (thrown) {
    progress.clear();
    const error = asMvError(thrown);
    if (json) io.out(failureDocument(command, error, warnings));
    else printError(io, error, debug);
    return error.exit;
  }
}

/** The program: wires a run to this process. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`mv log | head`) is not an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  process.once("SIGINT", () => {
    process.stderr.write("\nmversion: interrupted\nNext: repeat the command\n");
    // A second one waits for nothing.
    process.on("SIGINT", () => process.exit(130));
    void settleInterrupts(INTERRUPT_MS).then(() => process.exit(130));
  });
  const status = await run(argv, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    inIsTerminal: process.stdin.isTTY === true,
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    cwd: process.cwd(),
    env: process.env,
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    },
    ask: async (question, options) => {
      const [{ createInterface }, { Writable }] = await Promise.all([
        import("node:readline/promises"),
        import("node:stream"),
      ]);
      const isSecret = options?.secret === true;
      // With `terminal` readline echoes by itself, into an output that shows nothing.
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface(
        isSecret
          ? { input: process.stdin, output: nowhere, terminal: true }
          : { input: process.stdin, output: process.stderr },
      );
      try {
        if (!isSecret) return (await lines.question(question)).trim();
        // Only now the terminal shows nothing of what is typed.
        process.stderr.write(question);
        const answer = await lines.question("");
        process.stderr.write("\n");
        return answer;
      } catch (cause) {
        // Ctrl-C or Ctrl-D instead of an answer; the cursor still stands behind the question.
        process.stderr.write("\n");
        throw new MvError("interrupted", "interrupted", { hint: "repeat the command", cause });
      } finally {
        lines.close();
      }
    },
  });
  process.exitCode = status;
  // What a library still waits for must not hold us: simple-git does for a quarter of a second. All that was written is out.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(status)));
}
