// The files of templates/ that come with the program.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MvError } from "../errors.ts";
import { readTextFile } from "../platform/files.ts";

const MAX_BYTES = 1 << 20;

/** The text of `templates/<path>`. */
export async function readTemplate(...path: string[]): Promise<string> {
  const file = join(packageRoot(), "templates", ...path);
  const text = await readTextFile(file, MAX_BYTES);
  if (text === null) throw new MvError("internal", `${file} is missing: the installation is damaged`);
  return text;
}

// This module is src/operations/templates.ts in a checkout and somewhere in dist/ once it is bundled.
function packageRoot(): string {
  const here = fileURLToPath(import.meta.url);
  const at = Math.max(here.lastIndexOf("/dist/"), here.lastIndexOf("/src/"));
  return at < 0 ? dirname(here) : here.slice(0, at);
}
