// Builds the command line from the table of commands. The only user of commander.
import { Command, CommanderError, Option } from "commander";
import { MvError } from "../errors.ts";
import type { CommandRow, Values } from "./command.ts";

export interface Globals {
  json: boolean;
  yes: boolean;
  quiet: boolean;
  debug: boolean;
  cd: string | undefined;
}

export interface Invocation {
  row: CommandRow;
  operands: readonly string[];
  flags: Values;
  globals: Globals;
}

const GLOBAL_FLAGS: readonly [string, string][] = [
  ["--json", "print one JSON document on stdout"],
  ["-y, --yes", "answer every question with yes; never ask"],
  ["-q, --quiet", "print the result only"],
  ["-C, --cd <dir>", "run as if started in this folder"],
  ["--debug", "show where an error comes from"],
];

/**
 * The command line with the flags that every command takes behind the command, where they were typed before it as Git's are
 * (`mversion -C dir status`). Anything else stays as it is.
 */
export function commandFirst(argv: readonly string[]): readonly string[] {
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? "";
    const flag = GLOBAL_FLAGS.map(([flags]) => flags.split(/[ ,]+/)).find((names) => names.includes(word));
    if (flag === undefined && !word.startsWith("--cd=")) break;
    at += flag?.includes("<dir>") ? 2 : 1;
  }
  const command = argv[at];
  return command === undefined || command.startsWith("-")
    ? argv
    : [command, ...argv.slice(0, at), ...argv.slice(at + 1)];
}

function describe(row: CommandRow): Command {
  const command = new Command(row.name).summary(row.summary).description(row.about ?? sentence(row.summary));
  if (row.usage) command.usage(`[options] ${row.usage}`);
  if (row.operands) command.arguments(row.operands);
  for (const flag of row.flags ?? []) {
    const option = new Option(flag.flags, flag.text);
    if (flag.choices) option.choices([...flag.choices]);
    if (flag.repeat) option.argParser((word: string, before: string[] | undefined) => [...(before ?? []), word]);
    command.addOption(option);
  }
  for (const [flags, text] of GLOBAL_FLAGS) command.addOption(new Option(flags, text).helpGroup("Everywhere:"));
  command.addHelpText("after", `\nExamples:\n${row.examples.map((line) => `  $ ${line}`).join("\n")}`);
  return command;
}

function sentence(summary: string): string {
  const text = `${summary[0]?.toUpperCase() ?? ""}${summary.slice(1)}`;
  return text.endsWith("?") ? text : `${text}.`;
}

/**
 * Finds the command and its flags. Returns null when help or the version was printed instead.
 * Fails with MvError usage on a command line that is not understood.
 */
export async function parse(
  rows: readonly CommandRow[],
  argv: readonly string[],
  version: string,
  print: (text: string) => void,
): Promise<Invocation | null> {
  let found: Invocation | null = null;
  let complaint = "";
  const root = new Command("mv")
    .description("Versions for machine-learning models, on Git")
    .usage("<command> [options]")
    .version(version, "-V, --version", "print the version")
    // Behind a command --version is that command's: mv confirm STAGE --version V.
    .enablePositionalOptions()
    .helpCommand("help [command]", "explain a command")
    .addHelpText("after", "\nmv COMMAND --help explains one command. mversion and git mversion are the same program.");
  const configure = (command: Command): void => {
    command
      .exitOverride()
      .showSuggestionAfterError(true)
      .configureOutput({ writeOut: print, writeErr: (text) => (complaint += text) })
      .configureHelp({ showGlobalOptions: false, subcommandTerm: (sub) => sub.name() });
  };
  configure(root);
  for (const row of rows) {
    const command = describe(row);
    configure(command);
    command.helpGroup(`${row.group[0]?.toUpperCase()}${row.group.slice(1)}:`);
    command.action(() => {
      const { json, yes, quiet, debug, cd, ...flags } = command.opts<Values>();
      found = {
        row,
        operands: command.args,
        flags,
        globals: {
          json: json === true,
          yes: yes === true,
          quiet: quiet === true,
          debug: debug === true,
          cd: typeof cd === "string" ? cd : undefined,
        },
      };
    });
    root.addCommand(command, { hidden: row.hidden === true });
  }
  try {
    await root.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    if (argv.length === 0) {
      print(complaint);
      return null;
    }
    const verb = argv.find((word) => rows.some((row) => row.name === word));
    throw new MvError("usage", complaint.trim().replace(/^error: /, "") || error.message, {
      hint: verb ? `mv ${verb} --help` : "mversion --help",
    });
  }
  return found;
}
