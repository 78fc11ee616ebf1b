import { basename, dirname } from "node:path";
import type { HookReport, HooksStatus } from "../../operations/hooks/status.ts";
import type { HooksResult } from "../../operations/hooks/install.ts";
import type { UnhookResult } from "../../operations/hooks/uninstall.ts";
import { printable, table } from "../terminal.ts";

export function installedView(result: HooksResult): { out: string; notes: string[] } {
  return { out: installedWords(result), notes: installedNotes(result) };
}

/** "Hooks installed.", naming a hook manager that runs some of them. */
export function installedWords(result: HooksResult): string {
  const managers = [...new Set(result.hooks.map((item) => item.through))].filter(
    (through) => through !== "git" && through !== "git-config",
  );
  return managers.length > 0 ? `Hooks installed, run by ${managers.join(" and ")}.` : "Hooks installed.";
}

/** What to do about the hooks that were just installed. */
export function installedNotes(result: HooksResult): string[] {
  const { changed, problems } = result;
  const notes = problems.map(printableLines);
  if (changed.length > 0) notes.push(`Changed for the hooks: ${changed.map(printable).join(", ")}`);
  return notes;
}

export function removedView(result: UnhookResult): { out: string; notes: string[] } {
  const folders = [...new Set(result.changed.map((path) => dirname(path)))];
  const notes = folders.map((folder) => {
    const names = result.changed.filter((path) => dirname(path) === folder).map((path) => basename(path));
    return `Changed in ${printable(folder)}: ${names.map(printable).join(", ")}`;
  });
  return { out: "Hooks removed.", notes };
}

export function reportView(result: HooksStatus): { out: string; notes: string[] } {
  const rows = result.hooks.map((item) => [item.hook, stateOf(item)]);
  const notes = [
    ...result.problems.map(printableLines),
    ...result.hooks.flatMap(({ problem }) => (problem === null ? [] : [printableLines(problem)])),
  ];
  const lacking = result.hooks.some(({ state }) => state === "missing" || state === "foreign");
  if (lacking && notes.length === 0) notes.push("Next: mv hooks install");
  return { out: table(rows), notes };
}

function stateOf({ state, through, next }: HookReport): string {
  const before = next === null ? "" : `, after ${printable(next)}`;
  switch (state) {
    case "chained":
      return `run by ${through}${before}`;
    case "foreign":
      return "another hook stands there, ours is not run";
    default:
      return `${state}${before}`;
  }
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
