// Everything in a store that something needs: what repositories name, what the store's own release files name, and the files of
// every folder among these, by the lists that the cache or the store have of them.
import { isMvError, MvError } from "../../errors.ts";
import { MANIFEST_MAX_BYTES, parseManifest } from "../../model/manifest.ts";
import { parseReleaseFile, RELEASE_FILE_MAX_BYTES } from "../../model/release-file.ts";
import type { Release } from "../../model/release.ts";
import type { Remote } from "../../remotes/remote.ts";
import { together } from "../../remotes/together.ts";
import type { Project } from "../project.ts";
import type { RepositoryNeeds } from "./repositories.ts";

const AT_ONCE = 16;

export interface StoreNeeds {
  /** SHA-256 of objects. It only grows: what was needed a moment ago is kept. */
  readonly needed: ReadonlySet<string>;
  /** Folders whose list of files is neither here nor in the store, by SHA-256: what they need is not known. */
  readonly unknown: ReadonlySet<string>;
  /** Of these the ones that a branch, a tag or a release file names as it is now. */
  readonly broken: ReadonlySet<string>;
  /** Adds what repositories and release files need now. */
  learn(needs: readonly RepositoryNeeds[]): Promise<void>;
}

export function createStoreNeeds(project: Project, remote: Remote): StoreNeeds {
  const needed = new Set<string>();
  const read = new Set<string>();
  const unknown = new Set<string>();
  const broken = new Set<string>();

  async function expand(sha256: string, isNow: boolean): Promise<void> {
    if (!read.has(sha256)) {
      const bytes = await manifestBytes(project, remote, sha256);
      if (bytes === null) unknown.add(sha256);
      else {
        unknown.delete(sha256);
        for (const member of membersOf(bytes, sha256, isNow)) needed.add(member);
        read.add(sha256);
      }
    }
    if (isNow && unknown.has(sha256)) broken.add(sha256);
    else if (!unknown.has(sha256)) broken.delete(sha256);
  }

  return {
    needed,
    unknown,
    broken,
    async learn(needs) {
      const releases = await releasesOf(remote);
      const folders = new Map<string, boolean>();
      for (const { shas, folders: pointed, listed, tips } of needs) {
        for (const sha256 of shas) needed.add(sha256);
        for (const sha256 of [...pointed, ...listed]) folders.set(sha256, folders.get(sha256) ?? false);
        for (const sha256 of tips) folders.set(sha256, true);
      }
      for (const { kind, sha256 } of releases.flatMap(({ artifacts, datasets }) => [...artifacts, ...datasets])) {
        needed.add(sha256);
        if (kind === "directory") folders.set(sha256, true);
      }
      await together([...folders], { jobs: AT_ONCE }, ([sha256, isNow]) => expand(sha256, isNow));
    },
  };
}

async function manifestBytes(project: Project, remote: Remote, sha256: string): Promise<Buffer | null> {
  const store = await project.store();
  if ((await store.missing([sha256])).length === 0) {
    try {
      return await store.readBytes(sha256, MANIFEST_MAX_BYTES);
    } catch (error) {
      // Rotten here: the store's counts.
      if (!isMvError(error)) throw error;
    }
  }
  return remote.read(sha256, MANIFEST_MAX_BYTES);
}

function membersOf(bytes: Buffer, sha256: string, isNow: boolean): string[] {
  try {
    const { files } = parseManifest(bytes, sha256);
    return files.flatMap((entry) => ("sha256" in entry ? [entry.sha256] : []));
  } catch (error) {
    // A file that stands beside a folder in a record, and was taken for one.
    if (isMvError(error) && !isNow) return [];
    throw error;
  }
}

/** The releases that the store can be asked for without Git: they stay whole, whatever became of their tags. */
async function releasesOf(remote: Remote): Promise<Release[]> {
  const paths = (await remote.listFiles("models")).filter((path) =>
    /^models\/[^/]+\/releases\/[^/]+\.json$/.test(path),
  );
  const releases: Release[] = [];
  await together(paths, { jobs: AT_ONCE }, async (path) => {
    const file = await remote.readFile(path, RELEASE_FILE_MAX_BYTES);
    if (file === null) return;
    try {
      releases.push(parseReleaseFile(file.bytes, path).release);
    } catch (error) {
      if (!isMvError(error)) throw error;
      throw new MvError("gc-refused", `${remote.name} has a release file that cannot be read: ${error.message}`, {
        hint: "mv push of that version writes it anew; or look at it, and remove it there",
        details: { remote: remote.name, file: path },
        cause: error,
      });
    }
  });
  return releases;
}
