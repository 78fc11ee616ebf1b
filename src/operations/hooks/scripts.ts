// The text of our hook scripts: templates with the shell functions that several of them share put in.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MvError } from "../../errors.ts";
import { readTextFile } from "../../platform/files.ts";
import type { Hook } from "./events.ts";

const MAX_BYTES = 1 << 20;
const INCLUDE = /^# include (parts\/[a-z]+\.sh)$/;

/** The script of a hook, ready to be written. */
export async function hookScript(hook: Hook): Promise<string> {
  const lines = (await template(hook)).split("\n");
  const parts = lines.map(async (line) => {
    const name = INCLUDE.exec(line)?.[1];
    return name === undefined ? line : await template(name);
  });
  return (await Promise.all(parts)).join("\n");
}

async function template(name: string): Promise<string> {
  const file = join(packageRoot(), "templates", "hooks", name);
  const text = await readTextFile(file, MAX_BYTES);
  if (text === null) throw new MvError("internal", `${file} is missing: the installation is damaged`);
  return text;
}

// This module is src/operations/hooks/scripts.ts in a checkout and somewhere in dist/ once it is bundled.
function packageRoot(): string {
  const here = fileURLToPath(import.meta.url);
  const at = Math.max(here.lastIndexOf("/dist/"), here.lastIndexOf("/src/"));
  return at < 0 ? dirname(here) : here.slice(0, at);
}
