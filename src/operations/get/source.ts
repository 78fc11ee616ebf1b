// Where `mv get` takes a version from: a Git repository, or a store itself. Both answer the same questions.
import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { MvError } from "../../errors.ts";
import type { Assignment } from "../../model/assignment.ts";
import type { Release } from "../../model/release.ts";
import type { Remote, RemoteContext } from "../../remotes/remote.ts";
import type { Surroundings } from "../project.ts";

/** A release as the source has it, with what proves it. */
export interface Got {
  release: Release;
  /** The tag object's bytes. */
  raw: Buffer;
  /** The record's text at the release. */
  record: string;
  /** Artifacts that are to be executable: known where the pointers can be read. */
  executable: ReadonlySet<string>;
}

/** An assignment as the source has it. */
export interface Assigned {
  assignment: Assignment;
  /** The tag object's bytes. */
  raw: Buffer;
}

export interface Source {
  /** For messages and the stamp: without a secret. */
  readonly url: string;
  models(): Promise<string[]>;
  /** The newest assignment of a stage; null where there is no such stage. */
  assignment(model: string, stage: string): Promise<Assigned | null>;
  /** The numbers of all releases that are not retracted. */
  versions(model: string): Promise<string[]>;
  release(model: string, version: string): Promise<Got | null>;
  /** Opens the stores that may have the bytes, the likeliest first. `close` closes those that were opened. */
  readonly remotes: readonly (() => Promise<Remote>)[];
  close(): Promise<void>;
}

/** Whether an address can only be a repository's, only a store's, or has to be asked. */
function kindOf(address: string, cwd: string): "git" | "store" | "either" {
  if (/^(?:s3|lfs\+[a-z]+):/i.test(address)) return "store";
  if (/^git\+/i.test(address) || /\.git\/?$/i.test(address) || /^git:/i.test(address)) return "git";
  if (/^(?:https?|ssh):/i.test(address)) return "either";
  // user@host:path, as Git takes it.
  if (/^[^/\\]+@[^/\\]+:/.test(address)) return "git";
  const folder = address.startsWith("file:") ? new URL(address).pathname : resolve(cwd, address);
  return existsSync(join(folder, "mversion.json")) || existsSync(join(folder, "models")) ? "either" : "git";
}

/** Opens a source. Throws MvError usage, unreachable, denied; with the repository's words where it is neither. */
export async function openSource(around: Surroundings, address: string, scratch: string): Promise<Source> {
  const kind = kindOf(address, around.cwd);
  if (kind !== "git") {
    const { openStoreSource } = await import("./from-store.ts");
    const store = await openStoreSource(contextFor(around, null), address, kind === "store");
    if (store !== null) return store;
  }
  const place = localized(address.replace(/^git\+/i, ""), around.cwd);
  // Without these words a volume that is not mounted would be a repository that Git cannot read.
  if (isAbsolute(place) && !existsSync(place))
    throw new MvError("unreachable", `${address} is not there`, { hint: "mount it, or check the path" });
  const { openGitSource } = await import("./from-git.ts");
  return openGitSource(around, place, scratch);
}

/** A path as an absolute one: Git is started elsewhere. */
export function localized(address: string, cwd: string): string {
  const isPath = !/^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[^/\\]+@[^/\\]+:/.test(address);
  return isPath && !address.startsWith("-") ? resolve(cwd, address) : address;
}

/** What opening a remote may use where there is no repository. `origin`: the Git remote, for the store that is `lfs`. */
export function contextFor(around: Surroundings, origin: string | null): RemoteContext {
  return {
    root: around.cwd,
    env: around.env,
    gitConfig: async (key) => {
      if (key === "remote.origin.url") return origin;
      const { userConfig } = await import("../../git/user-config.ts");
      return userConfig(key);
    },
  };
}
