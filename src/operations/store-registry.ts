// Registers this repository in a store's mversion.json, so that gc asks it too and no other repository takes its models' names.
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
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
  /** Null where the remote keeps no named files, as Git LFS. */
  file: StoreFile | null;
  /** Whether the store's file was written. */
  changed: boolean;
}

/**
 * Writes this repository and these models (all of the settings by default) into the store's mversion.json, unless they stand
 * there already. Throws MvError model-taken where one belongs to another repository, invalid-file where the store's file cannot
 * be read, usage where the repository has no id, locked where others write without end.
 */
export async function registerRepository(
  project: Project,
  remote: Remote,
  models: readonly string[] = Object.keys(project.settings.models),
): Promise<Registration> {
  if (!remote.abilities.files || !remote.abilities.write) return { file: null, changed: false };
  const repository = { id: requireId(project, remote), url: await repositoryUrl(project), models };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS * Math.random() * Math.min(attempt, 10));
    const now = await remote.readFile(STORE_FILE, STORE_FILE_MAX_BYTES);
    const before = now === null ? EMPTY_STORE : parseStoreFile(now.bytes, remote.name);
    const { file, taken } = registered(before, repository);
    if (taken.length > 0) throw modelTaken(remote, taken);
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

/** Where this repository can be fetched from: origin's address, else that of its first remote; null where it has none. */
async function repositoryUrl(project: Project): Promise<string | null> {
  const names = await project.git.remotes();
  const name = names.includes("origin") ? "origin" : names[0];
  const url = name === undefined ? null : await project.git.config(`remote.${name}.url`);
  if (url === null) return null;
  const isPath = !/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !/^[^/]+:/.test(url);
  return isPath ? resolve(project.root, url) : url;
}

function modelTaken(remote: Remote, taken: ReturnType<typeof registered>["taken"]): MvError {
  const words = taken.map(({ model, owner }) => `${model} is that of ${owner.url ?? `repository ${owner.id}`}`);
  return new MvError("model-taken", `In the store ${remote.name} ${words.join(", ")}`, {
    hint: `a path of its own for this repository: mv remote remove ${remote.name} && mv remote add ${remote.name} ${quoted(`${remote.url.replace(/\/+$/, "")}/PATH`)}`,
    details: { remote: remote.name, models: taken.map(({ model, owner }) => ({ model, owner: owner.id })) },
  });
}
