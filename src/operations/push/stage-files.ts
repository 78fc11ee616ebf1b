// A stage's newest assignment as a store holds it, for whoever has the store and no Git: written when its tag is out, and never
// over a newer one.
import { isMvError, MvError } from "../../errors.ts";
import { formatStageFile, parseStageFile, STAGE_FILE_MAX_BYTES, stageFilePath } from "../../model/stage-file.ts";
import type { Remote } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";
import { readRegistry, type StageName, type Standing } from "../registry.ts";
import { readReleases } from "../releases.ts";

/** How often a write is tried against others who write the same file. */
const TRIES = 5;

/** What became of it: it was written; it is there already; a newer one is there; the remote keeps no named files, or is only read. */
export type StageFileState = "written" | "there" | "newer" | "none";

/**
 * Writes an assignment into a store, comparing what is there in the same step. What cannot be read there is replaced. Throws
 * push-incomplete where others write without end, and what the remote throws.
 */
export async function writeStageFile(project: Project, remote: Remote, standing: Standing): Promise<StageFileState> {
  if (!remote.abilities.files || !remote.abilities.write || standing.by !== "mversion") return "none";
  const { model, stage, number, oid } = standing;
  const raw = (await project.git.readObjects([oid])).get(oid)?.bytes;
  if (!raw) throw new MvError("incomplete", `${standing.tag} is not here`, { hint: "git fetch --tags" });
  const path = stageFilePath(model, stage);
  const bytes = Buffer.from(formatStageFile(standing, raw));
  for (let tried = 0; tried < TRIES; tried += 1) {
    const there = await remote.readFile(path, STAGE_FILE_MAX_BYTES);
    const other = there === null ? null : numberIn(there.bytes, path, standing);
    if (other?.oid === oid) return "there";
    if (other !== null && other.number > number) return "newer";
    if (await remote.writeFile(path, bytes, there?.mark ?? null)) return "written";
  }
  throw new MvError("push-incomplete", `${remote.name}: ${path} is being written by others`, {
    hint: "repeat the command",
  });
}

/** The assignment of the same stage that a store has; null for what proves nothing. */
function numberIn(bytes: Buffer, path: string, { model, stage }: Standing): { number: number; oid: string } | null {
  try {
    const { assignment } = parseStageFile(bytes, path);
    return assignment.model === model && assignment.stage === stage ? assignment : null;
  } catch {
    return null;
  }
}

export interface StagedThere extends StageName {
  tag: string;
}

/**
 * Writes the newest assignments of stages whose tags are out; returns those that were written. A remote that keeps no named files
 * gets none. Throws partly, as what Git has is out.
 */
export async function writeStageFiles(
  project: Project,
  remote: Remote,
  stages: readonly StageName[],
): Promise<StagedThere[]> {
  if (stages.length === 0 || !remote.abilities.files || !remote.abilities.write) return [];
  const registry = readRegistry(project, await readReleases(project));
  const written: StagedThere[] = [];
  for (const standing of await registry.latestOf(stages)) {
    if (standing === null) continue;
    const { model, stage, tag } = standing;
    if (standing.by !== "mversion") {
      const there = await remote.readFile(stageFilePath(model, stage), STAGE_FILE_MAX_BYTES);
      if (there) project.warn(`${remote.name} still has an earlier assignment of ${model}@${stage} than ${tag}, GTO's`);
      continue;
    }
    const file = await writeStageFile(project, remote, standing).catch((error: unknown) => {
      throw notStored(error, tag, `mv push --all --remote ${remote.name}`);
    });
    if (file === "written") written.push({ model, stage, tag });
  }
  return written;
}

/** The failure where the tag of an assignment is out and the store has no file of it. */
export function notStored(error: unknown, tag: string, again: string): unknown {
  if (!isMvError(error)) return error;
  return new MvError("partly", `${tag} is pushed, but the store has no file of it: ${error.message}`, {
    hint: `those who have the store alone get what stood there before; repeat: ${again}`,
    details: { tag, code: error.code },
    cause: error,
  });
}
