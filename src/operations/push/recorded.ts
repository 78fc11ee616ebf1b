// What a recent push found on a remote: only ever the reason to ask nothing where nothing is to be done.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gitRemoteOf, isLfs } from "../../remotes/lfs/addresses.ts";
import { keep, readKept } from "../kept.ts";
import type { Project } from "../project.ts";

const SCHEMA = 2;
/** Far below any grace that `gc` gives objects on a remote. */
const RECENT_MS = 24 * 60 * 60 * 1000;

interface Recorded {
  [remote: string]: { url: string; targets: string[]; at: number; gc: string | null };
}

interface Target {
  kind: string;
  sha256: string;
}

const fileOf = (project: Project): string => join(project.stateDir, "pushed.json");
const keyOf = ({ kind, sha256 }: Target): string => `${kind} ${sha256}`;

/**
 * The push within a day that confirmed all of these on the remote, at the address that it has now; null where there was none.
 * It counts only as long as no gc has run there since: `gc` is the last one before it.
 */
export async function readRecorded(
  project: Project,
  remote: string,
  targets: readonly Target[],
): Promise<{ gc: string | null } | null> {
  const known = (await readKept<Recorded>(fileOf(project), SCHEMA))?.[remote];
  if (!known || known.url !== (await addressOf(project, remote))) return null;
  const age = project.now().getTime() - known.at;
  const confirmed = new Set(known.targets);
  const isAll = age >= 0 && age < RECENT_MS && targets.every((target) => confirmed.has(keyOf(target)));
  return isAll ? { gc: known.gc } : null;
}

/** All that decides which server is asked: a bucket's name is another one elsewhere, and `lfs` is where the Git remote is now. */
async function addressOf({ git, settings }: Project, remote: string): Promise<string> {
  const { url = "", endpoint = null } = settings.remotes[remote] ?? {};
  const gitRemote = isLfs(url) ? gitRemoteOf(url) : null;
  if (gitRemote === null) return endpoint === null ? url : `${url} ${endpoint}`;
  const keys = ["lfs.url", `remote.${gitRemote}.lfsurl`, `remote.${gitRemote}.url`, `remote.${gitRemote}.pushurl`];
  const values = await Promise.all(keys.map((key) => git.config(key)));
  // An address may hold a password, and this goes to a file.
  return `${url} ${createHash("sha256").update(JSON.stringify(values)).digest("hex")}`;
}

/** Forgets what pushes confirmed on a remote, so that the next one asks it. */
export async function forgetRecorded(project: Project, remote: string): Promise<void> {
  const known = await readKept<Recorded>(fileOf(project), SCHEMA);
  if (!known || !Object.hasOwn(known, remote)) return;
  await keep(fileOf(project), SCHEMA, Object.fromEntries(Object.entries(known).filter(([name]) => name !== remote)));
}

/** Writes down what a push has just confirmed, in place of what an earlier one did. */
export async function record(
  project: Project,
  remote: string,
  targets: readonly Target[],
  gc: string | null,
): Promise<void> {
  const known = (await readKept<Recorded>(fileOf(project), SCHEMA)) ?? {};
  const url = await addressOf(project, remote);
  const keys = [...new Set(targets.map(keyOf))];
  await keep(fileOf(project), SCHEMA, { ...known, [remote]: { url, targets: keys, at: project.now().getTime(), gc } });
}
