// The releases as a store holds them, for whoever has the store and no Git. Written after the objects that they name.
import { MvError } from "../../errors.ts";
import type { Release } from "../../model/release.ts";
import {
  formatReleaseFile,
  parseReleaseFile,
  RELEASE_FILE_MAX_BYTES,
  releaseFilePath,
} from "../../model/release-file.ts";
import type { Remote } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";

/** How often a write is tried against others who write the same file. */
const TRIES = 5;

/**
 * Writes what is missing of the releases' files; returns the releases that were written. One that holds another release of
 * that number is replaced, unless the Git remote has that tag: throws version-exists. A remote without named files, or that is only read, gets none.
 */
export async function writeReleaseFiles(
  project: Project,
  remote: Remote,
  releases: readonly Release[],
  gitRemote: string | null,
): Promise<Release[]> {
  if (!remote.abilities.files || !remote.abilities.write || releases.length === 0) return [];
  const { git } = project;
  const there = await listed(remote, releases);
  const tags = await git.readObjects(releases.map(({ oid }) => oid));
  const records = await git.readPaths(releases.map(({ commit, record }) => ({ rev: commit, path: record.path })));
  const written: Release[] = [];
  for (const [at, release] of releases.entries()) {
    const [raw, record] = [tags.get(release.oid)?.bytes, records[at]];
    if (!raw || !record) {
      project.warn(
        `${release.tag}: its record is not in its commit, so the store gets no copy; mv verify ${release.tag}`,
      );
      continue;
    }
    const path = releaseFilePath(release.model, release.version);
    const text = Buffer.from(formatReleaseFile(release, raw, record));
    const known = there.has(path);
    if (await writeOne(project, remote, { release, path, text, known, gitRemote })) written.push(release);
  }
  return written;
}

/** The files of these models, by one listing each: most releases are there already. */
async function listed(remote: Remote, releases: readonly Release[]): Promise<Set<string>> {
  const models = new Set(releases.map(({ model }) => model));
  // A listing costs as much as a few questions.
  if (releases.length <= 3 * models.size) return new Set();
  const lists = await Promise.all([...models].map((model) => remote.listFiles(`models/${model}/releases`)));
  return new Set(lists.flat());
}

interface Writing {
  release: Release;
  path: string;
  text: Buffer;
  /** A listing has it. */
  known: boolean;
  gitRemote: string | null;
}

async function writeOne(project: Project, remote: Remote, writing: Writing): Promise<boolean> {
  const { release, path, text, known, gitRemote } = writing;
  if (!known && (await remote.writeFile(path, text, null))) return true;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const there = await remote.readFile(path, RELEASE_FILE_MAX_BYTES);
    if (there?.bytes.equals(text)) return false;
    if (there !== null) await requireStale(project, remote, there.bytes, release, gitRemote);
    if (await remote.writeFile(path, text, there?.mark ?? null)) return true;
  }
  throw new MvError("push-incomplete", `${remote.name}: ${path} is being written by others`, {
    hint: "repeat the command",
  });
}

/** Another release of the number is a copy of a tag that was taken back since, or a real one that came first. */
async function requireStale(
  project: Project,
  remote: Remote,
  bytes: Buffer,
  release: Release,
  gitRemote: string | null,
): Promise<void> {
  const other = readOther(bytes);
  if (other === null || other.oid === release.oid || gitRemote === null) return;
  const there = await project.git.remoteTags(gitRemote, [other.tag]);
  if (!there.some(({ oid }) => oid === other.oid)) return;
  throw new MvError(
    "version-exists",
    `${release.model} ${release.version} is released already, as ${remote.name} has it`,
    {
      hint: `git fetch ${gitRemote} --tags, and release the next number`,
      details: { tag: release.tag, oid: other.oid },
    },
  );
}

/** What cannot be read proves nothing, and is replaced. */
function readOther(bytes: Buffer): Release | null {
  try {
    return parseReleaseFile(bytes, "release").release;
  } catch {
    return null;
  }
}
