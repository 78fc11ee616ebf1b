// The repositories that a store's mversion.json names, asked what they need: each a copy of all refs, at every place that it was
// pushed to. One that cannot be asked, or is another one now, ends the gc.
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { parseSettings } from "../../config/config.ts";
import { isMvError, MvError } from "../../errors.ts";
import { remoteAddress } from "../../git/addresses.ts";
import { branchTips } from "../../git/changes.ts";
import type { Git } from "../../git/git.ts";
import { type Mirror, mirrorRepository } from "../../git/mirror.ts";
import { addressesOf, type StoreFile, type StoreRepository } from "../../model/store-file.ts";
import { isSameRepository } from "../../model/url.ts";
import type { Remote } from "../../remotes/remote.ts";
import { CONFIG_FILE, type Project } from "../project.ts";
import { quoted } from "../targets.ts";
import { neededBy, type NeededBytes } from "./needed.ts";
import { namedAtTips } from "./tips.ts";

export interface RepositoryNeeds extends NeededBytes {
  /** Folders that a branch or a tag names as it is now: their lists of files must be there. */
  tips: ReadonlySet<string>;
}

export interface Repositories {
  /** What all that the file names need now; a second time only what has come since is fetched. Throws gc-refused. */
  ask(file: StoreFile): Promise<RepositoryNeeds[]>;
}

/** `scratch` is a folder of this gc alone, for copies. */
export function createRepositories(project: Project, remote: Remote, scratch: string): Repositories {
  const mirrors = new Map<string, Mirror>();

  async function needsAt(repository: StoreRepository, address: string): Promise<RepositoryNeeds> {
    const isOwn = repository.id === project.settings.id;
    return named(remote, repository, address, async () => {
      const known = mirrors.get(address);
      if (known) await known.update();
      const folder = mkdtempSync(join(scratch, "repository-"));
      const from = isOwn ? await ownAddress(project, address) : address;
      const mirror = known ?? (await mirrorRepository(from, folder, isOwn ? project.git.commonDir : undefined));
      mirrors.set(address, mirror);
      if (await mirror.git.isShallow()) throw new MvError("gc-refused", "its history is not all there");
      const settings = await settingsOf(mirror.git);
      if (!settings.some(({ id }) => id === repository.id)) {
        throw new MvError("gc-refused", `no branch there has id: ${repository.id} in ${CONFIG_FILE}`, {
          hint: `commit ${CONFIG_FILE} in that repository and push it; where another one is there now: mv gc --remote ${remote.name} --forget ${quoted(address)}`,
        });
      }
      const records = settings.flatMap(({ models }) => Object.values(models).map(({ record }) => record));
      return { ...(await neededBy(mirror.git, [...new Set(records)])), tips: await namedAtTips(mirror.git) };
    });
  }

  return {
    async ask(file) {
      requireRegistered(project, remote, file);
      const records = Object.values(project.settings.models).map(({ record }) => record);
      const needs: RepositoryNeeds[] = [{ ...(await neededBy(project.git, records)), tips: new Set() }];
      for (const repository of file.repositories) {
        const addresses = addressesOf(repository);
        if (addresses.length === 0) throw nowhere(remote, repository);
        for (const address of addresses) needs.push(await needsAt(repository, address));
      }
      return needs;
    },
  };
}

function requireRegistered({ settings }: Project, remote: Remote, { repositories }: StoreFile): void {
  if (repositories.some(({ id }) => id === settings.id)) return;
  throw new MvError("gc-refused", `${remote.name} does not know this repository, so it may not know others either`, {
    hint: "mv push, in every repository that uses the store",
    details: { remote: remote.name },
  });
}

function nowhere(remote: Remote, { id, models }: StoreRepository): MvError {
  const what = models.length > 0 ? `the repository of ${models.join(", ")}` : `the repository ${id}`;
  return new MvError("gc-refused", `${remote.name} does not know where ${what} is, so it cannot be asked`, {
    hint: `git remote add origin URL, then mv push there; where it is gone for good: mv gc --remote ${remote.name} --forget ${id}`,
    details: { remote: remote.name, id },
  });
}

/** What is wrong with one repository, as the reason to remove nothing. */
async function named<T>(
  remote: Remote,
  { id }: StoreRepository,
  address: string,
  question: () => Promise<T>,
): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!isMvError(error) || error.code === "interrupted") throw error;
    const ways = `try: git ls-remote ${quoted(address)}; where it is gone for good: mv gc --remote ${remote.name} --forget ${quoted(address)}`;
    throw new MvError(
      "gc-refused",
      `${address} uses ${remote.name}, and cannot be asked what it needs: ${error.message}`,
      {
        hint: error.code === "gc-refused" && error.hint ? error.hint : ways,
        details: { remote: remote.name, id, url: address },
        cause: error,
      },
    );
  }
}

/** This clone may reach its own repository by another address than the one that is written down. */
async function ownAddress({ git }: Project, address: string): Promise<string> {
  for (const name of await git.remotes()) {
    const own = await remoteAddress(git, name, false);
    if (own !== null && isSameRepository(own, address)) return own;
  }
  return address;
}

/** The settings of every branch that can be read. */
async function settingsOf(git: Git): Promise<ReturnType<typeof parseSettings>["settings"][]> {
  const tips = await branchTips(git);
  const texts = await git.readPaths(tips.map((rev) => ({ rev, path: CONFIG_FILE })));
  const unique = new Set(texts.flatMap((text) => (text === null ? [] : [text.toString("utf8")])));
  return [...unique].flatMap((text) => {
    try {
      return [parseSettings(text, CONFIG_FILE).settings];
    } catch (error) {
      // A branch of long ago; what it points to is read all the same.
      if (isMvError(error)) return [];
      throw error;
    }
  });
}
