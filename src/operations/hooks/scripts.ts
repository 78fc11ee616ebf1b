// The text of our hook scripts: templates with the shell functions that several of them share put in.
import { readTemplate } from "../templates.ts";
import type { Hook } from "./events.ts";

const INCLUDE = /^# include (parts\/[a-z]+\.sh)$/;

/** The script of a hook, ready to be written. */
export async function hookScript(hook: Hook): Promise<string> {
  const lines = (await readTemplate("hooks", hook)).split("\n");
  const parts = lines.map(async (line) => {
    const name = INCLUDE.exec(line)?.[1];
    return name === undefined ? line : await readTemplate("hooks", name);
  });
  return (await Promise.all(parts)).join("\n");
}
