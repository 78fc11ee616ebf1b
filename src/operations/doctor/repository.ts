// This clone: its hooks, its history, and what an interrupted command left.
import { statSync } from "node:fs";
import { join } from "node:path";
import { isMvError } from "../../errors.ts";
import type { Git } from "../../git/git.ts";
import { readTextFileSync } from "../../platform/files.ts";
import { hasEnded, type ProcessIdentity, thisProcess } from "../../platform/processes.ts";
import { createJournal } from "../../store/journal.ts";
import { requireHistory } from "../complete.ts";
import { hooksStatus } from "../hooks/status.ts";
import { isAutomatic, type Project } from "../project.ts";
import { readReleases } from "../releases.ts";
import { type Check, finding, ok } from "./check.ts";

const LOCK_MAX_BYTES = 1 << 16;
/** Git holds its index lock for moments. */
const OLD_LOCK_MS = 10 * 60 * 1000;

/** In CI nobody commits by hand, so that none need be installed. */
export async function checkHooks(git: Git, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const { hooks, problems } = await hooksStatus(git);
  const lacking = hooks.filter(({ state }) => state === "missing" || state === "foreign");
  const checks = [...problems, ...hooks.flatMap(({ problem }) => problem ?? [])].map((problem) =>
    finding("hooks", problem, "mv hooks install"),
  );
  if (lacking.length === hooks.length && isAutomatic(env)) return [ok("hooks", "none is installed; CI needs none")];
  if (lacking.length === hooks.length) {
    checks.push(finding("hooks", "none is installed: nothing stops an overwrite here", "mv hooks install"));
  } else if (lacking.length > 0 && checks.length === 0) {
    const names = lacking.map(({ hook }) => hook).join(", ");
    checks.push(finding("hooks", `not run here: ${names}`, "mv hooks install"));
  }
  return checks.length > 0 ? checks : [ok("hooks", `${hooks.length} installed`)];
}

export async function checkHistory(project: Project): Promise<Check[]> {
  const releases = await readReleases(project);
  const { oid } = await project.git.head();
  const checks = releases.broken.map(({ tag, why }) =>
    finding("history", `tag ${tag} claims to be a release and cannot be read: ${why}`, "mv verify --all"),
  );
  try {
    await requireHistory(project, releases, oid === null ? [] : [oid]);
  } catch (error) {
    if (!isMvError(error)) throw error;
    checks.push(finding("history", error.message, error.hint ?? "git fetch --unshallow --tags"));
  }
  const count = releases.all.length;
  return checks.length > 0 ? checks : [ok("history", `complete, ${count} ${count === 1 ? "release" : "releases"}`)];
}

export async function checkLeftovers(project: Project): Promise<Check[]> {
  const checks: Check[] = [];
  const journal = (await createJournal(project.stateDir).read()) as { verb?: string } | null;
  if (journal !== null) {
    const what = typeof journal.verb === "string" ? `mv ${journal.verb}` : "a command";
    checks.push(
      finding("left over", `${what} was interrupted; the next command that changes files finishes it`, "mv restore"),
    );
  }
  const lock = join(project.stateDir, "write.lock");
  const owner = ownerOf(lock);
  // The lock of a process that has ended here is taken over by itself.
  if (owner !== null && !hasEnded(owner)) {
    const own = thisProcess();
    const where = owner.host === own.host ? "" : ` on ${owner.host}`;
    const text = `process ${owner.pid}${where} holds the lock of this repository`;
    checks.push(finding("left over", text, `wait for it; if it has ended: rm ${lock}`));
  }
  const index = join(project.git.gitDir, "index.lock");
  const age = Date.now() - (statSync(index, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > OLD_LOCK_MS) {
    checks.push(finding("left over", `a git that ended left its lock, ${index}`, `if no git runs here: rm ${index}`));
  }
  return checks.length > 0 ? checks : [ok("left over", "nothing")];
}

function ownerOf(lock: string): ProcessIdentity | null {
  try {
    const owner = JSON.parse(readTextFileSync(lock, LOCK_MAX_BYTES) ?? "null") as Partial<ProcessIdentity> | null;
    const { pid, host, boot, space, start } = owner ?? {};
    if (typeof pid !== "number" || ![host, boot, space, start].every((word) => typeof word === "string")) return null;
    return owner as ProcessIdentity;
  } catch {
    // Being written, or taken away, at this moment.
    return null;
  }
}
