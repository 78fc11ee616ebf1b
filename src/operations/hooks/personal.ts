// lefthook's personal file on disk, and the line that keeps a file made by us out of `git status`.
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "../../platform/file-errors.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import type { Git } from "../../git/git.ts";
import { appendBlock, removeBlocks } from "./blocks.ts";
import type { Hook } from "./events.ts";
import { LOCAL_FILES, OTHER_LOCAL_FILES, hooksWithCommands, withCommands } from "./lefthook.ts";

export interface Placed {
  /** Root-relative; null where the personal file is of a format that we do not edit. */
  file: string | null;
  unplaced: readonly Hook[];
}

/** Writes the commands of these hooks, and only of these, into the personal file; makes it where there is none. */
export async function writeCommands(git: Git, hooks: readonly Hook[]): Promise<Placed> {
  const file = LOCAL_FILES.find((name) => lstatOrNull(join(git.root, name)) !== null);
  if (file === undefined && OTHER_LOCAL_FILES.some((name) => lstatOrNull(join(git.root, name)) !== null)) {
    return { file: null, unplaced: hooks };
  }
  const name = file ?? LOCAL_FILES[0];
  const before = await textOf(join(git.root, name));
  const { text, unplaced } = withCommands(before ?? "", hooks);
  if (text !== (before ?? "")) await writeFileAtomic(join(git.root, name), text);
  if (before === null && text !== "") await exclude(git, name);
  return { file: name, unplaced };
}

/** Takes our commands out; a file with nothing else in it was made by us and goes. Returns what changed, root-relative. */
export async function removeCommands(git: Git): Promise<string[]> {
  const changed: string[] = [];
  for (const name of LOCAL_FILES) {
    const before = await textOf(join(git.root, name));
    if (before === null) continue;
    const after = removeBlocks(before);
    if (after === before) continue;
    if (after.trim() === "") await rm(join(git.root, name));
    else await writeFileAtomic(join(git.root, name), after);
    changed.push(name);
  }
  const file = join(git.commonDir, "info", "exclude");
  const lines = await textOf(file);
  if (lines !== null && removeBlocks(lines) !== lines) {
    if (removeBlocks(lines) === "") await rm(file);
    else await writeFileAtomic(file, removeBlocks(lines));
  }
  return changed;
}

/** Which hooks the personal file runs for us, and the file. */
export async function readCommands(git: Git): Promise<ReadonlySet<string>> {
  const texts = await Promise.all(LOCAL_FILES.map((name) => textOf(join(git.root, name))));
  return new Set(texts.flatMap((text) => hooksWithCommands(text ?? "")));
}

async function exclude(git: Git, name: string): Promise<void> {
  const file = join(git.commonDir, "info", "exclude");
  await mkdir(join(git.commonDir, "info"), { recursive: true });
  const before = (await textOf(file)) ?? "";
  await writeFileAtomic(file, appendBlock(removeBlocks(before), [`/${name}`]));
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
