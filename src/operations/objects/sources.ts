// The shared stores in the order in which they are asked: the default one first. Each is opened once, when it is needed.
import { isMvError, type MvError } from "../../errors.ts";
import type { Remote } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";
import { openProjectRemote } from "../remotes.ts";

export interface Sources {
  readonly names: readonly string[];
  /** What could not be asked, and why; the others are asked all the same. */
  readonly failures: MvError[];
  /** Calls `work` for one remote after the other until it says that nothing is left to ask for. */
  each(work: (remote: Remote) => Promise<"go on" | "done">): Promise<void>;
  close(): Promise<void>;
}

/** What concerns one remote alone. Anything else, such as a full disk here, ends the command. */
const OF_A_REMOTE = new Set(["unreachable", "denied", "host-key", "too-big", "usage", "invalid-file"]);

/** The remotes of the settings, or the one that `only` names; never the one that `except` names. */
export function openSources(project: Project, { only, except }: { only?: string; except?: string } = {}): Sources {
  const { remotes, default_remote: first } = project.settings;
  const all = Object.keys(remotes).filter((name) => name !== except);
  const ordered = first === null || !all.includes(first) ? all : [first, ...all.filter((name) => name !== first)];
  const open = new Map<string, Remote>();
  const failed = new Set<string>();
  const sources: Sources = {
    names: only === undefined ? ordered : [only],
    failures: [],
    async each(work) {
      for (const name of sources.names) {
        if (failed.has(name)) continue;
        try {
          const remote = open.get(name) ?? (await openProjectRemote(project, name));
          open.set(name, remote);
          if ((await work(remote)) === "done") return;
        } catch (error) {
          if (!isMvError(error) || !OF_A_REMOTE.has(error.code)) throw error;
          failed.add(name);
          sources.failures.push(error);
        }
      }
    },
    async close() {
      await Promise.all([...open.values()].map((remote) => remote.close()));
    },
  };
  return sources;
}
