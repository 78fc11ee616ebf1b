// A push with nothing to do: Git has the refs already and a push within a day confirmed the objects, so that no store is asked. Since
// Git has the refs, a gc keeps what they need.
import { pushRefs } from "../../git/push.ts";
import type { Project } from "../project.ts";
import type { PushResult } from "../push.ts";
import { OBJECTS_SENT } from "./lfs.ts";
import { readRecorded } from "./recorded.ts";
import type { PushScope } from "./scope.ts";

/** What Git's remote has, where that is all there is to say; null where something may have to be pushed. */
export async function nothingNew(
  project: Project,
  store: string,
  { targets, releases, refs, unfollowed }: PushScope,
  gitRemote: string | null,
): Promise<PushResult["git"]> {
  if (gitRemote === null || refs.length === 0 || releases.length > 0 || unfollowed !== null) return null;
  for (const ref of refs) if (!(await isFollowed(project, gitRemote, ref))) return null;
  if ((await readRecorded(project, store, targets)) === null) return null;
  // The tracking refs say what the remote had at the last fetch or push: it is asked what it has now.
  const offered = await pushRefs(project.git, { remote: gitRemote, refs, env: OBJECTS_SENT, dryRun: true });
  const isOut = offered.length > 0 && offered.every(({ state }) => state === "up-to-date");
  return isOut ? { remote: gitRemote, refs: offered } : null;
}

async function isFollowed({ git }: Project, remote: string, ref: string): Promise<boolean> {
  const [, branch] = /^refs\/heads\/(.*)$/.exec(ref) ?? [];
  if (branch === undefined) return false;
  const there = await git.readRef(`refs/remotes/${remote}/${branch}`);
  return there !== null && there === (await git.readRef(ref));
}
