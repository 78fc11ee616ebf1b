// A copy of a repository, so that each test starts from the same history without playing it again.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { repoAt, scratchDir, type TestRepo } from "./git.ts";

/** The whole folder, working tree, cache and all, in a fresh temp folder. */
export function forkRepo(repo: TestRepo): TestRepo {
  const dir = join(scratchDir("fork"), "repo");
  cpSync(repo.dir, dir, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return repoAt(dir);
}
