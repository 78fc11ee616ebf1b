// promote --repo and rollback --repo: the same on a machine that has no clone. Tags come into a scratch folder, the new one goes
// out from there, and nothing stays.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import { cloneTags } from "../../git/tags-clone.ts";
import { withoutSecret } from "../../model/url.ts";
import { localized } from "../get/source.ts";
import { promoteIn, type PromoteInput, type PromoteResult } from "../promote.ts";
import { onInterrupt } from "../../platform/interrupts.ts";
import { CONFIG_FILE, type Project, projectWith, type Surroundings } from "../project.ts";
import { rollbackIn, type RollbackInput, type RollbackResult } from "../rollback.ts";

/** Promotes in the repository at an address, and pushes. Fails as `promote` with `push` does, and with no-config, unreachable. */
export function promoteAt(around: Surroundings, address: string, input: PromoteInput): Promise<PromoteResult> {
  return inRepository(around, address, (project, repo) => promoteIn(project, { ...input, repo, push: true }));
}

/** Rolls back in the repository at an address, and pushes. Fails as `rollback` with `push` does, and with no-config, unreachable. */
export function rollbackAt(around: Surroundings, address: string, input: RollbackInput): Promise<RollbackResult> {
  return inRepository(around, address, (project, repo) => rollbackIn(project, { ...input, repo, push: true }));
}

async function inRepository<T>(
  around: Surroundings,
  address: string,
  work: (project: Project, repo: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "mversion-"));
  const discard = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  // Its config holds the address as it was typed.
  const forget = onInterrupt(async () => discard());
  try {
    const git = await cloneTags(localized(address, around.cwd), folder);
    const { oid } = await git.head();
    const [text] = oid === null ? [] : await git.readPaths([{ rev: oid, path: CONFIG_FILE }]);
    if (!text) {
      throw new MvError("no-config", `${withoutSecret(address)} has no ${CONFIG_FILE} on its default branch`, {
        hint: "check the address",
      });
    }
    return await work(projectWith(git, text.toString("utf8"), around), withoutSecret(address));
  } finally {
    forget();
    discard();
  }
}
