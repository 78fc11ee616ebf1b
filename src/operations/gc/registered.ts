// The repositories that use a shared cache. Each writes itself down when it first changes something, so that gc asks it too.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { isMvError, MvError } from "../../errors.ts";
import { isAbsent } from "../../platform/file-errors.ts";
import { canWriteInto, makeFolder, openAs, readTextFileSync, writeFileAtomic } from "../../platform/files.ts";
import type { Project } from "../project.ts";

/** A repository by the folder that its working trees share. */
export interface Registered {
  /** The file in the cache that says so. */
  file: string;
  commonDir: string;
  root: string;
}

const folderOf = (cacheDir: string): string => join(cacheDir, "repositories");

/**
 * Writes this repository down in a cache that others use too; the cache inside the repository needs no list. One that
 * is there to read alone serves all the same; its gc does not ask this repository then, as `mv doctor` says. Throws no-write where
 * objects could be added all the same: a gc that does not ask would remove them.
 */
export async function registerInCache(project: Project): Promise<void> {
  const cacheDir = await project.git.config("mversion.cache");
  if (cacheDir === null) return;
  const { commonDir } = project.git;
  const name = createHash("sha256").update(commonDir).digest("hex").slice(0, 16);
  const cache = resolve(project.root, cacheDir);
  const file = join(folderOf(cache), `${name}.json`);
  if (existsSync(file)) return;
  try {
    makeFolder(folderOf(cache));
    openAs(cache, [folderOf(cache)]);
    await writeFileAtomic(file, `${JSON.stringify({ schema: 1, commonDir, root: project.root })}\n`);
    openAs(cache, [file], 0o664);
  } catch (error) {
    if (!isMvError(error) || error.code !== "no-write" || canWriteInto(join(cache, "objects"))) throw error;
  }
}

/** All of them. Throws gc-refused for a list that cannot be read. */
export function registeredIn(cacheDir: string): Registered[] {
  return namesIn(folderOf(cacheDir)).map((name) => {
    const file = join(folderOf(cacheDir), name);
    const said = read(file);
    if (said !== null) return { ...said, file };
    throw new MvError("gc-refused", `${file} cannot be read, so it is not known who uses the cache`, {
      hint: `look at it; where it is damaged: rm ${file}, then mv status in each repository that uses the cache`,
      details: { file },
    });
  });
}

/** Takes a repository that is gone off the list. */
export function forget({ file }: Registered): void {
  rmSync(file, { force: true });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function read(file: string): { commonDir: string; root: string } | null {
  try {
    const json: unknown = JSON.parse(readTextFileSync(file, 65_536) ?? "");
    if (typeof json !== "object" || json === null) return null;
    const { commonDir, root } = json as Record<string, unknown>;
    return typeof commonDir === "string" && typeof root === "string" ? { commonDir, root } : null;
  } catch {
    return null;
  }
}
