// The adapter for machines without git: it reads a repository, and says of all else that it needs git. It runs no
// program, so nothing in a repository's config can make it run one.
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
import { expandHome, readConfigFiles } from "./embedded/config-file.ts";
import { diffStat } from "./embedded/diff-stat.ts";
import { keptOut, listFiles, readPaths, trackedUnder, unmerged } from "./embedded/files.ts";
import { createHistory } from "./embedded/history.ts";
import { type Objects, createObjects } from "./embedded/objects.ts";
import { checkFormat, findPlace, needsGit } from "./embedded/place.ts";
import { readHead, readRef, readRefs } from "./embedded/refs.ts";
import { resolveRevision } from "./embedded/revision.ts";
import type { Git, GitObject, TagRef } from "./git.ts";
import { inProgress } from "./progress.ts";
import { type ConfigValues, canonicalKey, remoteNames } from "./settings.ts";
import type { Place } from "./spawn.ts";

/** Opens the repository that `cwd` is in. Throws "git-needed" where only git would read it rightly. */
export async function openEmbedded(cwd: string): Promise<Git> {
  const place = await findPlace(cwd);
  const config = await readConfigFiles(place);
  await checkFormat(place, config);
  return createEmbedded(place, config);
}

function createEmbedded(place: Place, config: ConfigValues): Git {
  const objects = createObjects(place);
  const history = createHistory(place, objects);
  const configAll = async (key: string) => [...(config.get(canonicalKey(key)) ?? [])];
  const last = async (key: string) => (await configAll(key)).at(-1) ?? null;
  const resolveCommit = (rev: string) => resolveRevision(place, objects, rev);

  async function commitOf(rev: string): Promise<string> {
    if (!/^[^-^\s][^\s]*$/.test(rev)) throw new MvError("internal", `not a revision: ${JSON.stringify(rev)}`);
    const oid = await resolveCommit(rev);
    if (oid === null) throw new MvError("no-repository", `bad revision '${rev}'`);
    return oid;
  }

  return {
    root: place.root,
    gitDir: place.gitDir,
    commonDir: place.commonDir,
    bare: place.bare,
    canChange: false,
    onOutput: null,
    head: () => readHead(place),
    inProgress: () => inProgress(place.gitDir, null),
    isShallow: async () => place.shallow,
    resolveCommit,
    readRef: (ref) => readRef(place, ref),
    tags: () => tags(place, objects),
    readObjects: (oids) => readObjects(objects, oids),
    async sizes(oids) {
      const found = await readObjects(objects, oids);
      return new Map([...found].map(([oid, { bytes }]) => [oid, bytes.length]));
    },
    readPaths: (specs) => readPaths(place, objects, specs),
    listFiles: (rev, suffixes) => listFiles(place, objects, rev, suffixes),
    async commits(query) {
      const [include, exclude] = await Promise.all(
        [query.include, query.exclude ?? []].map((revs) => Promise.all(revs.map(commitOf))),
      );
      return history.commits(query, include ?? [], exclude ?? []);
    },
    isAncestor: async (a, b) => (await history.ancestors([await commitOf(b)])).has(await commitOf(a)),
    mergeBase: async (a, b) => objects.mergeBase(await commitOf(a), await commitOf(b)),
    unmerged: () => unmerged(place),
    trackedUnder: (paths) => trackedUnder(place, paths),
    keptOut: (paths) => keptOut(place, paths),
    config: last,
    configAll,
    remotes: async () => remoteNames(config),
    async branchAt(commit) {
      const refs = [...(await readRefs(place, "refs/heads/")), ...(await readRefs(place, "refs/remotes/"))];
      const [name] = refs.find(([, oid]) => oid === commit) ?? [];
      return name?.replace(/^refs\/(?:heads|remotes)\//, "") ?? null;
    },
    async containedInRemote(commit) {
      const tips = [...(await readRefs(place, "refs/remotes/")).values()];
      return (await history.ancestors(tips)).has(commit);
    },
    hooksDir: async () => resolve(place.root, expandHome((await last("core.hooksPath")) ?? `${place.commonDir}/hooks`)),
    status: () => refuse("comparing the working tree"),
    diffStat: async (a, b, suffixes) =>
      diffStat(place, objects, await commitOf(a), b === null ? null : await commitOf(b), suffixes),
    remoteTags: () => refuse("asking a remote"),
    identity: () => refuse("asking who you are"),
    version: () => refuse("its version"),
    stage: () => refuse("staging files"),
    unstage: () => refuse("unstaging files"),
    commit: () => refuse("a commit"),
    createTags: () => refuse("making a tag"),
    deleteTags: () => refuse("removing a tag"),
    switchTo: () => refuse("checking out another commit"),
    setConfig: () => refuse("changing Git's config"),
  };
}

async function tags(place: Place, objects: Objects): Promise<TagRef[]> {
  const refs = await readRefs(place, "refs/tags/");
  return Promise.all(
    [...refs].map(async ([ref, oid]) => {
      const object = await objects.read(oid);
      if (!object) throw new MvError("no-repository", `missing object ${oid} for ${ref}`);
      return { name: ref.slice("refs/tags/".length), oid, type: object.type, size: object.bytes.length };
    }),
  );
}

async function readObjects(objects: Objects, oids: readonly string[]): Promise<Map<string, GitObject>> {
  const found = new Map<string, GitObject>();
  for (const oid of new Set(oids)) {
    const object = /^[0-9a-f]{40}$/.test(oid) ? await objects.read(oid) : null;
    if (object) found.set(oid, object);
  }
  return found;
}

async function refuse(what: string): Promise<never> {
  throw needsGit(what);
}
