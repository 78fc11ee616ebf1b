// A pointer in the working tree and the ignore line beside it: they come and go together.
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pointerPath } from "../model/paths.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { ignoreArtifacts, unignoreArtifact } from "./ignore-file.ts";
import type { Project } from "./project.ts";

/** Writes an artifact's pointer and keeps Git away from its bytes. Returns the files to stage. */
export async function placePointer(project: Project, path: string, text: string): Promise<string[]> {
  const file = pointerPath(path);
  await mkdir(dirname(join(project.root, file)), { recursive: true });
  await writeFileAtomic(join(project.root, file), text, { durable: true });
  const [ignore] = await ignoreArtifacts(project, [path]);
  return ignore?.changed ? [file, ignore.file] : [file];
}

/** Removes an artifact's pointer and its ignore line; an ignore file that holds nothing else goes too. Returns the files to stage. */
export async function removePointer(project: Project, path: string): Promise<string[]> {
  const file = pointerPath(path);
  await rm(join(project.root, file), { force: true });
  const ignore = await unignoreArtifact(project, path);
  if (ignore?.empty) await rm(join(project.root, ignore.file), { force: true });
  return ignore === null ? [file] : [file, ignore.file];
}
