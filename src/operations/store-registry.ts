// Registers this repository in a store's mversion.json, so that gc asks it too and no other repository takes its models' names.
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
import { remoteAddress } from "../git/addresses.ts";
import {
  EMPTY_STORE,
  formatStoreFile,
  parseStoreFile,
  registered,
  STORE_FILE,
  STORE_FILE_MAX_BYTES,
  type StoreFile,
} from "../model/store-file.ts";
import { sleep } from "../platform/clock.ts";
import type { Remote } from "../remotes/remote.ts";
import type { Project } from "./project.ts";
import { quoted } from "./targets.ts";

/** Each lost race is another repository's success, so that many are enough for as many that push at once. */
const ATTEMPTS = 50;
const PAUSE_MS = 40;

export interface Registration {
  /** Null where the remote keeps no named files, as Git LFS, or is only read. */
  file: StoreFile | null;
  /** Whether the store's file was written. */
  changed: boolean;
}

export interface RegisterOptions {
  /** All of the settings by default. */
  models?: readonly string[] | undefined;
  /** Name or address of the Git remote that is pushed to; origin, or the first one, by default. */
  gitRemote?: string | null | undefined;
}

/**
 * Writes this repository, where it is pushed to and its models into the store's mversion.json, unless they stand there already.
 * Throws MvError model-taken where one belongs to another repository, invalid-file where the store's file cannot be read, usage
 * where the repository has no id, locked where others write without end.
 */
export async function registerRepository(
  project: Project,
  remote: Remote,
  { models = Object.keys(project.settings.models), gitRemote = null }: RegisterOptions = {},
): Promise<Registration> {
  if (!remote.abilities.files || !remote.abilities.write) return { file: null, changed: false };
  const repository = { id: requireId(project, remote), urls: await repositoryUrls(project, gitRemote), models };
  return changeStoreFile(remote, (before) => {
    const { file, taken } = registered(before, repository);
    if (taken.length > 0) throw modelTaken(remote, taken);
    return file;
  });
}

/**
 * Changes the store's mversion.json, whoever else does so too; `change` gives back the same object where nothing is to be written.
 * Throws MvError invalid-file, locked where others write without end, and what `change` throws.
 */
export async function changeStoreFile(
  remote: Remote,
  change: (before: StoreFile) => StoreFile,
): Promise<{ file: StoreFile; changed: boolean }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS * Math.random() * Math.min(attempt, 10));
    const now = await remote.readFile(STORE_FILE, STORE_FILE_MAX_BYTES);
    const before = now === null ? EMPTY_STORE : parseStoreFile(now.bytes, remote.name);
    const file = change(before);
    if (file === before) return { file, changed: false };
    const bytes = Buffer.from(formatStoreFile(file));
    if (await remote.writeFile(STORE_FILE, bytes, now?.mark ?? null)) return { file, changed: true };
  }
  throw new MvError("locked", `${remote.name}: others change ${STORE_FILE} all the time`, {
    hint: "repeat when they are done",
    details: { remote: remote.name },
  });
}

function requireId(project: Project, remote: Remote): string {
  const { id, remotes } = project.settings;
  if (id !== null) return id;
  throw new MvError("usage", `The repository has no id in .mversion.yaml, by which ${remote.name} would know it`, {
    hint: `mv remote add ${remote.name} ${quoted(remotes[remote.name]?.url ?? remote.url)}`,
  });
}

/** Where the refs of this repository go: to the Git remote of that name or address, else to origin, else to its first remote. */
async function repositoryUrls(project: Project, gitRemote: string | null): Promise<string[]> {
  const { git, root } = project;
  const names = await git.remotes();
  const name = gitRemote ?? (names.includes("origin") ? "origin" : names[0]);
  if (name === undefined) return [];
  const known = [await remoteAddress(git, name, false), await remoteAddress(git, name, true)];
  const urls = names.includes(name) ? known.filter((url) => url !== null) : [name];
  return urls.map((url) => (isFolder(url) ? resolve(root, url) : url));
}

function isFolder(url: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !/^[^/]+:/.test(url);
}

function modelTaken(remote: Remote, taken: ReturnType<typeof registered>["taken"]): MvError {
  const words = taken.map(({ model, owner }) => `${model} is that of ${owner.url ?? `repository ${owner.id}`}`);
  return new MvError("model-taken", `In the store ${remote.name} ${words.join(", ")}`, {
    hint: `a path of its own for this repository: mv remote remove ${remote.name} && mv remote add ${remote.name} ${quoted(`${remote.url.replace(/\/+$/, "")}/PATH`)}`,
    details: { remote: remote.name, models: taken.map(({ model, owner }) => ({ model, owner: owner.id })) },
  });
}
