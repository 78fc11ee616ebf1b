// What trained the bytes: the libraries of the Python in use, and the day of the file.
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { capture } from "../environment/capture.ts";
import { changing } from "./change.ts";
import { warnOfOtherBytes } from "./described-bytes.ts";
import { type Given, givenFields } from "./describe.ts";
import { writeFileAtomic } from "../platform/files.ts";
import { MvError } from "../errors.ts";
import { updateRecord } from "../model/record.ts";
import type { ValueMap } from "../model/value.ts";
import type { Project } from "./project.ts";
import { requireSettled } from "./settled.ts";
import { readSnapshot } from "./snapshot.ts";
import { stageChanged } from "./staging.ts";
import { oneModel } from "./versions.ts";

/** A folder's newest file is looked for among this many. */
const MOST_FILES = 1000;

export interface CaptureRequest {
  python?: string | undefined;
  /** Absolute paths of the model's files and folders. */
  files: readonly string[];
}

/** Library versions, environment and training date for new bytes. Never fails: what cannot be read is a warning. */
export async function captureFor(
  project: Project,
  request: CaptureRequest,
): Promise<{ given: Given; source: string | null }> {
  const given: Given = {};
  const newest = Math.max(...(await Promise.all(request.files.map(newestChange))));
  if (Number.isFinite(newest)) given.training_date = new Date(newest).toISOString().slice(0, 10);
  const captured = await capture(project.root, {
    env: project.env,
    ...(request.python === undefined ? {} : { python: request.python }),
  });
  if (captured === null) return { given, source: null };
  given.library_versions = captured.library_versions;
  given.environment = captured.environment;
  for (const warning of captured.warnings) project.warn(warning);
  return { given, source: captured.source };
}

/** Milliseconds since 1970 of the newest change of a file, or of a file in a folder. */
async function newestChange(path: string): Promise<number> {
  const stat = await lstat(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  let newest = Number.NEGATIVE_INFINITY;
  let left = MOST_FILES;
  const folders = [path];
  for (const folder of folders) {
    // Not recursive: the names of all files would be read for the first few.
    for (const item of await readdir(folder, { withFileTypes: true })) {
      const inner = join(folder, item.name);
      if (item.isDirectory()) folders.push(inner);
      if (!item.isFile()) continue;
      if (left-- === 0) return newest;
      newest = Math.max(newest, (await lstat(inner).catch(() => null))?.mtimeMs ?? newest);
    }
  }
  return Number.isFinite(newest) ? newest : stat.mtimeMs;
}

export interface CaptureInput {
  model?: string | undefined;
  python?: string | undefined;
  hyperparameters?: ValueMap;
  metrics?: ValueMap;
}

export interface CaptureResult {
  model: string;
  /** Where the versions were read; null where there is no Python and no lock file. */
  source: string | null;
  library_versions: ValueMap;
  environment: ValueMap;
  changed: boolean;
}

/** Reads libraries and environment into the model's record, for bytes that were added before. Staged. */
export async function captureInto(project: Project, input: CaptureInput): Promise<CaptureResult> {
  return changing(project, async () => {
    const model = oneModel(project, input.model);
    const snapshot = await readSnapshot(project, "worktree");
    const found = snapshot.records.get(model);
    if (!found) throw new MvError("nothing-to-release", `${model} has no record yet`, { hint: "mv add FILE" });
    await requireSettled(project, [found.path]);
    const { given, source } = await captureFor(project, { python: input.python, files: [] });
    const { hyperparameters, metrics } = input;
    const brought: Given = { ...given, ...(hyperparameters && { hyperparameters }), ...(metrics && { metrics }) };
    const text = updateRecord(found.text, found.path, givenFields(brought, found.record.fields));
    if (text !== found.text) await writeFileAtomic(join(project.root, found.path), text);
    await stageChanged(project, [found.path]);
    if (text !== found.text) await warnOfOtherBytes(project, snapshot, found.record, Object.keys(brought));
    const { library_versions = {}, environment = {} } = given;
    return { model, source, library_versions, environment, changed: text !== found.text };
  });
}
