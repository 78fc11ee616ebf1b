// Objects first, refs last, also where the user types `git push`: the store gets what the pushed refs need, or the push is
// refused. A repository that never set a store up is told once, and nothing is refused.
import { isMvError, type MvError } from "../../errors.ts";
import type { Release } from "../../model/release.ts";
import { artifactTargets, pointerTargets } from "../fetch/targets.ts";
import type { Finding } from "../check/findings.ts";
import { withKnownRemotes } from "../objects/known-remotes.ts";
import type { Lacking, SendTarget } from "../objects/send.ts";
import { isFirstHint, type Project } from "../project.ts";
import { lfsHost, pushWithPointers } from "../push/lfs.ts";
import { releaseTargets } from "../push/scope.ts";
import { shareOn } from "../push/share.ts";
import { openProjectRemote } from "../remotes.ts";
import { readSnapshot } from "../snapshot.ts";
import { pushUnderWay } from "../store-locks/push-end.ts";
import type { RefUpdate } from "./ref-lines.ts";

interface PushedRefs {
  /** Name or address of the Git remote. */
  remote: string;
  releases: readonly Release[];
  /** Commits that branches shall hold. */
  tips: readonly string[];
  /** What the remote has of them already; null where it has nothing. */
  base: string | null;
  updates: readonly RefUpdate[];
}

/** Sends what the pushed refs need; the findings say what others could not get. Inside `mv push` that is done. */
export async function objectFindings(project: Project, pushed: PushedRefs): Promise<Finding[]> {
  if (project.env["MVERSION_OBJECTS"] === "sent") return [];
  const drafts = await draftTargets(project, pushed);
  const targets = [...pushed.releases.flatMap(releaseTargets), ...drafts];
  if (targets.length === 0) return [];
  const here = await withKnownRemotes(project);
  const { remotes, default_remote } = here.settings;
  const name = default_remote ?? Object.keys(remotes)[0];
  if (name === undefined) return hintAtStore(project, pushed.releases);
  try {
    const remote = await openProjectRemote(here, name);
    try {
      const shared = { targets, releases: pushed.releases };
      const { report, hold } = await shareOn(here, remote, shared, { gitRemote: pushed.remote });
      // Git pushes its refs when the hook is over.
      await hold?.leave(await pushUnderWay(here.git, pushed.remote, pushed.updates));
      const host = lfsHost(remote.url, pushed.remote);
      // Git is about to push its own refs, and takes no more of them: the pointers go first.
      if (host !== null) await pushWithPointers(here, { remote: host, refs: [], host });
      return (report?.nowhere ?? []).length > 0 ? [absentDrafts(report?.nowhere ?? [])] : [];
    } finally {
      await remote.close();
    }
  } catch (error) {
    if (isMvError(error)) return [refusal(error, pushed.releases)];
    throw error;
  }
}

/** What the tips point to that the remote's own tip does not. */
async function draftTargets(project: Project, { tips, base }: PushedRefs): Promise<SendTarget[]> {
  const there = base === null ? [] : pointerTargets(await readSnapshot(project, { commit: base }, () => undefined));
  const published = new Set(there.map(({ sha256 }) => sha256));
  const targets: SendTarget[] = [];
  for (const commit of new Set(tips)) {
    const tree = await readSnapshot(project, { commit }, () => undefined);
    const listed = [...tree.records.values()].flatMap((found) =>
      found ? artifactTargets([...found.record.artifacts, ...found.record.datasets]) : [],
    );
    for (const target of [...pointerTargets(tree), ...listed]) {
      // A draft whose bytes are nowhere cannot be sent by anybody: it is no reason to keep code back.
      if (!published.has(target.sha256)) targets.push({ ...target, of: "the pushed branch", required: false });
    }
  }
  return targets;
}

async function hintAtStore(project: Project, releases: readonly Release[]): Promise<Finding[]> {
  const [first] = releases;
  if (!first || !(await isFirstHint(project.git, "store"))) return [];
  return [
    {
      ...about(releases),
      severity: "warning",
      message: `only this machine has the bytes of ${first.model} ${first.version}: no store is set up (said once).`,
      next: ["mv remote add NAME URL --default, then mv push"],
    },
  ];
}

function absentDrafts(nowhere: readonly Lacking[]): Finding {
  const paths = [...new Set(nowhere.map(({ path }) => path))];
  return {
    ...about([]),
    severity: "warning",
    message: `the bytes of ${paths.join(", ")} are neither here nor on a remote; the branch goes out without them.`,
    next: ["mv push where they were added"],
  };
}

function refusal({ message, hint }: MvError, releases: readonly Release[]): Finding {
  const [first] = releases;
  const version = first && `${first.model} ${first.version}`;
  return {
    ...about(releases),
    severity: "error",
    message: `nobody could get ${version ?? "the pushed bytes"}: ${message.replace(`${version}: `, "")}`,
    next: [...(hint?.split("\n") ?? []), "Without the bytes: git push --no-verify"],
  };
}

function about(releases: readonly Release[]): Pick<Finding, "rule" | "file" | "commit" | "models"> {
  const models = releases.map(({ model, version }) => ({ model, version }));
  return { rule: "object-missing", file: null, commit: null, models };
}
