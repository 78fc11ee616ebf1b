// Writes docs/cli.md and docs/errors.md from the program itself. With --check it only compares, for CI.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorTable } from "../dist/index.js";
import { commandRows, run } from "../dist/cli/main.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");

async function help(...argv) {
  let text = "";
  await run(argv, {
    out: (part) => (text += part),
    err: (part) => (text += part),
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 100,
    cwd: root,
    env: {},
    readInput: async () => "",
    ask: async () => "",
  });
  return text.trimEnd();
}

async function commands() {
  const parts = [
    "# Commands",
    "",
    "Generated from the program by `npm run docs`.",
    "",
    "```",
    await help("--help"),
    "```",
  ];
  for (const row of commandRows.filter((item) => !item.hidden)) {
    parts.push("", `## ${row.name}`, "", "```", await help(row.name, "--help"), "```");
  }
  return `${parts.join("\n")}\n`;
}

function errors() {
  const rows = Object.entries(errorTable).map(
    ([code, { exit, meaning, remedy }]) => `| \`${code}\` | ${exit} | ${meaning} | ${remedy.replaceAll("|", "\\|")} |`,
  );
  return [
    "# Errors",
    "",
    "Generated from `src/errors.ts` by `npm run docs`. Codes are stable; with `--json` they are `error.code`.",
    "",
    "Exit status: 0 done · 1 refused by a rule, or `check` / `diff --exit-code` found something · 2 wrong usage · 3 partly done ·",
    "10 not a repository, no `.mversion.yaml`, or git is missing · 11 locked by another process · 12 a remote cannot be reached ·",
    "13 bytes or a file of ours are damaged · 14 history is incomplete · 70 our bug · 130 interrupted.",
    "",
    "| code | exit | meaning | way out |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

let stale = 0;
for (const [file, text] of [
  ["docs/cli.md", await commands()],
  ["docs/errors.md", errors()],
]) {
  const path = join(root, file);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    process.stderr.write(`${file} is not what the program says. Next: npm run docs\n`);
    stale = 1;
  }
}
process.exitCode = stale;
