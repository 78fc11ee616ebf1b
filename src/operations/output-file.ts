// Writes a document where the user says (-o FILE), and never over a file that mversion itself keeps.
import { dirname, relative, resolve, sep } from "node:path";
import { MvError } from "../errors.ts";
import { pointerPath } from "../model/paths.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { CONFIG_FILE, type Project } from "./project.ts";
import { readSnapshot } from "./snapshot.ts";

/** Writes the text whole or not at all. `file` is as typed. Fails with would-lose, no-write or usage. */
export async function writeOutput(project: Project, file: string, text: string): Promise<void> {
  if (file === "-") throw new MvError("usage", "-o -: this goes into a file", { hint: "-o FILE" });
  const path = resolve(project.cwd, file);
  if (await isOurs(project, relative(project.root, path).split(sep).join("/"))) {
    throw new MvError("would-lose", `-o ${file}: that file is mversion's or a model's, and would be overwritten`, {
      hint: "choose another name for -o",
    });
  }
  const folder = dirname(path);
  if (lstatOrNull(folder) === null) {
    throw new MvError("usage", `-o ${file}: there is no folder ${folder}`, { hint: `mkdir -p ${dirname(file)}` });
  }
  if (lstatOrNull(path)?.isDirectory()) {
    throw new MvError("usage", `-o ${file}: it is a folder`, { hint: "name a file in it" });
  }
  await writeFileAtomic(path, text);
}

/** Whether a path from the root is a setting, a record, a pointer, an artifact or inside one, or Git's own. */
async function isOurs(project: Project, path: string): Promise<boolean> {
  if (path.startsWith("../")) return false;
  if (path === CONFIG_FILE || path === ".git" || path.startsWith(".git/")) return true;
  if (Object.values(project.settings.models).some(({ record }) => record === path)) return true;
  const { pointers } = await readSnapshot(project, "worktree", () => undefined);
  return [...pointers.keys()].some(
    (artifact) => path === artifact || path === pointerPath(artifact) || path.startsWith(`${artifact}/`),
  );
}
