// A store as a witness: its release and stage files are copies of tag objects that prove themselves, written when tags were pushed.
// So a store knows the newest tag, which no other tag names yet.
import { isMvError } from "../../errors.ts";
import { parseReleaseFile, RELEASE_FILE_MAX_BYTES } from "../../model/release-file.ts";
import { parseStageFile, STAGE_FILE_MAX_BYTES } from "../../model/stage-file.ts";
import { parseStoreFile, STORE_FILE, STORE_FILE_MAX_BYTES } from "../../model/store-file.ts";
import type { Remote } from "../../remotes/remote.ts";
import { together } from "../../remotes/together.ts";
import type { Project } from "../project.ts";
import { openProjectRemote } from "../remotes.ts";
import { quoted } from "../targets.ts";
import type { Problem } from "./problem.ts";

/** At most so many files of the store are read at once. */
const JOBS = 8;

/** A tag as a witness remembers it. */
export interface Seen {
  /** "churn 1.2.0", or the tag's name. */
  what: string;
  tag: string;
  oid: string;
  /** Where it is remembered. */
  where: string;
}

/**
 * The tags of these models that the store has copies of. A copy that cannot be read is a warning, as is a store that cannot be
 * listed. Models that are another repository's in this store are left out.
 */
export async function seenByStore(project: Project, name: string, models: ReadonlySet<string>): Promise<Seen[]> {
  const remote = await openProjectRemote(project, name);
  try {
    if (!remote.abilities.files || !remote.abilities.list) {
      project.warn(`${name} cannot be listed, so it does not tell whether a tag is missing`);
      return [];
    }
    const seen: Seen[] = [];
    for (const model of await ownModels(project, remote, models)) {
      const paths = await remote.listFiles(`models/${model}`);
      await together(paths, { jobs: JOBS }, async (path) => {
        const found = await readCopy(project, remote, path);
        if (found) seen.push(found);
      });
    }
    return seen.toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
  } finally {
    await remote.close();
  }
}

async function ownModels({ settings }: Project, remote: Remote, models: ReadonlySet<string>): Promise<string[]> {
  const file = await remote.readFile(STORE_FILE, STORE_FILE_MAX_BYTES);
  const repositories = file === null ? [] : parseStoreFile(file.bytes, remote.name).repositories;
  const foreign = new Set(repositories.filter(({ id }) => id !== settings.id).flatMap((other) => other.models));
  return [...models].filter((model) => !foreign.has(model));
}

async function readCopy(project: Project, remote: Remote, path: string): Promise<Seen | null> {
  const [, model = "", folder] = /^models\/([^/]+)\/(releases|stages)\/[^/]+\.json$/.exec(path) ?? [];
  if (folder === undefined) return null;
  const where = `${remote.name}: ${path}`;
  try {
    const file = await remote.readFile(path, folder === "releases" ? RELEASE_FILE_MAX_BYTES : STAGE_FILE_MAX_BYTES);
    if (file === null) return null;
    if (folder === "stages") {
      const { tag, oid } = parseStageFile(file.bytes, path).assignment;
      return { what: tag, tag, oid, where };
    }
    const { tag, oid, version } = parseReleaseFile(file.bytes, path).release;
    return { what: `${model} ${version}`, tag, oid, where };
  } catch (error) {
    if (!isMvError(error) || error.code !== "invalid-file") throw error;
    project.warn(`${where} cannot be read, and is no witness: ${error.message}`);
    return null;
  }
}

/** A problem for each tag that a witness remembers and that is not, or not so, here. */
export async function compareWithSeen(
  project: Project,
  now: ReadonlyMap<string, string>,
  seen: readonly Seen[],
): Promise<Problem[]> {
  const wrong = seen.filter(({ tag, oid }) => now.get(tag) !== oid);
  const here = await project.git.sizes(wrong.map(({ oid }) => oid));
  return wrong.map(({ what, tag, oid, where }): Problem => {
    const inPlace = now.get(tag);
    const known = `${where} has ${tag} as tag object ${oid.slice(0, 7)}`;
    const message =
      inPlace === undefined ? `${known}; that tag is not here` : `${known}; here it is ${inPlace.slice(0, 7)}`;
    const name = quoted(tag);
    const back = here.has(oid) && inPlace === undefined ? `git tag ${name} ${oid}` : `git fetch --tags`;
    const hint = inPlace === undefined ? back : `git show ${name}, and ask who made it which is right`;
    return { code: "seal-broken", what, tag, message, hint };
  });
}
