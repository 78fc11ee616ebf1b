// Whether a `git push` is over that went on after its pre-push hook: nobody tells, so it is seen by its processes and by what it left.
import type { Git } from "../../git/git.ts";
import { ancestors, hasEnded, type ProcessIdentity } from "../../platform/processes.ts";
import type { RefUpdate } from "../hook/ref-lines.ts";

/** A push as its hook sees it. */
export interface PushUnderWay {
  /** The `git` processes that the hook runs below; none where the system does not tell. */
  processes: ProcessIdentity[];
  /** This clone's copies of the remote's branches, and what they will be when the remote has told that it took them. */
  branches: { ref: string; to: string }[];
}

/** A server may still be at it when the client was killed. */
const SERVER_MS = 5 * 60 * 1000;

/** `remote`: name or address of the Git remote. */
export async function pushUnderWay(git: Git, remote: string, updates: readonly RefUpdate[]): Promise<PushUnderWay> {
  const branches: PushUnderWay["branches"] = [];
  for (const { ref, to } of updates) {
    if (to === null || !ref.startsWith(BRANCHES)) continue;
    const copy = `refs/remotes/${remote}/${ref.slice(BRANCHES.length)}`;
    // One that says so already would say nothing.
    if ((await git.readRef(copy)) !== to) branches.push({ ref: copy, to });
  }
  return {
    processes: ancestors()
      .filter(({ name }) => /^git(-|$)/.test(name))
      .map(({ identity }) => identity),
    branches,
  };
}

/** Whether it has certainly ended, well or not. `age`: milliseconds since its hook ended. */
export async function isOver(git: Git, { processes, branches }: PushUnderWay, age: number): Promise<boolean> {
  if (!processes.every(hasEnded)) return false;
  if (processes.length > 0 && age >= SERVER_MS) return true;
  if (branches.length === 0) return false;
  const now = await Promise.all(branches.map(({ ref }) => git.readRef(ref)));
  return branches.every(({ to }, at) => now[at] === to);
}

const BRANCHES = "refs/heads/";
