// The project around a test repository, for calling operations without the command line.
import { type ModelRecord, parseRecord } from "../../src/model/record.ts";
import { add, type AddInput, type AddResult } from "../../src/operations/add.ts";
import { openProject, type Project } from "../../src/operations/project.ts";
import { testEnv, type TestRepo } from "./git.ts";

export interface OpenOptions {
  /** Current folder, relative to the repository's. */
  cwd?: string;
  /** Takes the warnings. */
  warnings?: string[];
}

/** Opens it as a command in a folder of it would, on a machine without Python. */
export function openRepo(repo: TestRepo, { cwd = "", warnings = [] }: OpenOptions = {}): Promise<Project> {
  return openProject({
    cwd: repo.path(cwd),
    // Git's own children see `process.env`.
    env: testEnv({ PATH: "", VIRTUAL_ENV: undefined, CONDA_PREFIX: undefined }),
    warn: (text) => warnings.push(text),
  });
}

/** `mv add` without the command line. */
export async function addTo(
  repo: TestRepo,
  paths: string | string[],
  options: Partial<AddInput> & OpenOptions = {},
): Promise<AddResult> {
  const { cwd = "", warnings = [], ...input } = options;
  const project = await openRepo(repo, { cwd, warnings });
  return add(project, { paths: typeof paths === "string" ? [paths] : paths, given: {}, ...input });
}

/** A model's record in the working tree. */
export function recordOf(repo: TestRepo, model = "churn"): ModelRecord {
  const file = `${model}.model.yaml`;
  return parseRecord(repo.read(file), file);
}
