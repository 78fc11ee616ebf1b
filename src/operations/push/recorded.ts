// What a recent push found on a remote: only ever the reason to ask nothing where nothing is to be done.
import { join } from "node:path";
import { keep, readKept } from "../kept.ts";
import type { Project } from "../project.ts";

const SCHEMA = 1;
/** Far below any grace that `gc` gives objects on a remote. */
const RECENT_MS = 24 * 60 * 60 * 1000;

interface Recorded {
  [remote: string]: { url: string; targets: string[]; at: number };
}

interface Target {
  kind: string;
  sha256: string;
}

const fileOf = (project: Project): string => join(project.stateDir, "pushed.json");
const keyOf = ({ kind, sha256 }: Target): string => `${kind} ${sha256}`;

/** Whether a push within a day confirmed all of these on the remote, at the address that it has now. */
export async function isRecorded(project: Project, remote: string, targets: readonly Target[]): Promise<boolean> {
  const known = (await readKept<Recorded>(fileOf(project), SCHEMA))?.[remote];
  if (!known || known.url !== project.settings.remotes[remote]?.url) return false;
  const age = project.now().getTime() - known.at;
  const confirmed = new Set(known.targets);
  return age >= 0 && age < RECENT_MS && targets.every((target) => confirmed.has(keyOf(target)));
}

/** Writes down what a push has just confirmed, in place of what an earlier one did. */
export async function record(project: Project, remote: string, targets: readonly Target[]): Promise<void> {
  const known = (await readKept<Recorded>(fileOf(project), SCHEMA)) ?? {};
  const url = project.settings.remotes[remote]?.url ?? "";
  const keys = [...new Set(targets.map(keyOf))];
  await keep(fileOf(project), SCHEMA, { ...known, [remote]: { url, targets: keys, at: project.now().getTime() } });
}
