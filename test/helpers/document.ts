// A page of docs/ as a play: every line of its ```console blocks that starts with "$ " (or "ben$ ") is typed, and what is printed
// has to be what the page shows. With UPDATE_DOCS=1 the page is given what was printed instead.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Ran } from "./program.ts";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));
const PROMPT = /^(?:(\w+))?\$ (.*)$/;

/** Types a line as the person of the prompt, "" being the page's own, and gives what came of it. */
export type Player = (line: string, who: string) => Pick<Ran, "stdout" | "stderr">;

interface Scene {
  prompt: string;
  who: string;
  line: string;
  shown: string[];
}

/** Plays a page. Returns what it shows and what was printed, a block each, ids and dates of today made alike. */
export function playDocument(page: string, type: Player): { shown: string; printed: string } {
  const text = readFileSync(join(DOCS, page), "utf8");
  const shown: string[] = [];
  const printed: string[] = [];
  const updated = text.replaceAll(/^```console\n([^]*?)^```$/gm, (_, block: string) => {
    const scenes = scenesOf(block).map((scene) => ({ ...scene, output: linesOf(type(scene.line, scene.who)) }));
    shown.push(scenes.map(({ prompt, shown: lines }) => [prompt, ...lines].join("\n")).join("\n"));
    printed.push(scenes.map(({ prompt, output }) => [prompt, ...output].join("\n")).join("\n"));
    return `\`\`\`console\n${printed.at(-1)}\n\`\`\``;
  });
  if (process.env["UPDATE_DOCS"] !== undefined) writeFileSync(join(DOCS, page), updated);
  return { shown: alike(shown.join("\n\n")), printed: alike(printed.join("\n\n")) };
}

function scenesOf(block: string): Scene[] {
  const scenes: Scene[] = [];
  for (const row of block.replace(/\n$/, "").split("\n")) {
    const [, who = "", line] = PROMPT.exec(row) ?? [];
    if (line !== undefined) scenes.push({ prompt: row, who, line, shown: [] });
    else scenes.at(-1)?.shown.push(row);
  }
  return scenes;
}

/** What a terminal shows, the result first. */
function linesOf({ stdout, stderr }: Pick<Ran, "stdout" | "stderr">): string[] {
  const lines = [stdout, stderr].map((text) => text.replace(/\n$/, "")).filter((text) => text !== "");
  return lines
    .join("\n")
    .split("\n")
    .filter((line, _, all) => line !== "" || all.length > 1);
}

/** Commits depend on what the machine has installed, which the record says; so do tags. */
function alike(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{40}\b/g, "<oid>").replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{7}\b/g, "<id>");
}
