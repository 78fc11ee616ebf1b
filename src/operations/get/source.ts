// Where `mv get` takes a version from: a Git repository, or a store itself. Both answer the same questions.
import { accessSync, constants, existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { MvError } from "../../errors.ts";
import type { Assignment } from "../../model/assignment.ts";
import type { Release } from "../../model/release.ts";
import { readError } from "../../platform/file-errors.ts";
import { lstatOrNull } from "../../platform/stat.ts";
import type { GitAccess, Remote, RemoteContext } from "../../remotes/remote.ts";
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
function kindOf(address: string, folder: string | null): "git" | "store" | "either" {
  if (/^(?:s3|lfs\+[a-z]+):/i.test(address)) return "store";
  if (/^git\+/i.test(address) || /\.git\/?$/i.test(address) || /^git:/i.test(address)) return "git";
  if (/^(?:https?|ssh):/i.test(address)) return "either";
  if (folder === null) return "git";
  return existsSync(join(folder, "mversion.json")) || existsSync(join(folder, "models")) ? "either" : "git";
}

/** The folder that an address is the path of; null where it is none, as `user@host:path`, which Git takes. */
function folderOf(address: string, cwd: string): string | null {
  if (/^file:\/\/\//i.test(address)) return fileURLToPath(address);
  const place = localized(address, cwd);
  return isAbsolute(place) ? place : null;
}

/** A volume that is not mounted, or that others may not read, would else be a repository that Git does not know. */
function requireThere(folder: string, address: string): void {
  if (lstatOrNull(folder) === null) {
    throw new MvError("unreachable", `${address} is not there`, { hint: "mount it, or check the path" });
  }
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw readError(error, folder);
  }
}

/** Opens a source. Throws MvError usage, unreachable, denied, no-read; with the repository's words where it is neither. */
export async function openSource(around: Surroundings, address: string, scratch: string): Promise<Source> {
  const folder = folderOf(address, around.cwd);
  if (folder !== null) requireThere(folder, address);
  const kind = kindOf(address, folder);
  if (kind !== "git") {
    const { openStoreSource } = await import("./from-store.ts");
    const store = await openStoreSource(contextFor(around), address, kind === "store");
    if (store !== null) return store;
  }
  const place = localized(address.replace(/^git\+/i, ""), around.cwd);
  const { openGitSource } = await import("./from-git.ts");
  return openGitSource(around, place, scratch);
}

/** A path as an absolute one: Git is started elsewhere. */
export function localized(address: string, cwd: string): string {
  const isPath = !/^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[^/\\]+@[^/\\]+:/.test(address);
  return isPath && !address.startsWith("-") ? resolve(cwd, address) : address;
}

/** What opening a remote may use where there is no clone. `git`: of the Git host that it may go along with. */
export function contextFor(around: Surroundings, git?: GitAccess): RemoteContext {
  return {
    ...(git === undefined ? {} : { git }),
    root: around.cwd,
    env: around.env,
    gitConfig: async (key) => {
      const { userConfig } = await import("../../git/user-config.ts");
      return userConfig(key);
    },
  };
}
