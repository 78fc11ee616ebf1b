// The adapter for the git program: each answer is one function of this folder, bound to one repository.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { commit } from "./commit.ts";
import type { Git } from "./git.ts";
import { commits, diffStat, isAncestor, mergeBase } from "./history.ts";
import {
  keptOut,
  listTree,
  readIndex,
  readObjects,
  readPaths,
  sizes,
  stagedFiles,
  trackedUnder,
  unmergedFiles,
} from "./objects.ts";
import { findPlace } from "./open.ts";
import { identity } from "./identity.ts";
import { inProgress } from "./progress.ts";
import { branchAt, containedInRemote, head, readRef, resolveCommit, tags } from "./refs.ts";
import { remoteTags } from "./remotes.ts";
import { type ConfigValues, canonicalKey, isTrue, readConfig, remoteNames } from "./settings.ts";
import { change } from "./simple.ts";
import { LOCAL_ENV, type Place, ask, askText, run, words } from "./spawn.ts";
import { status } from "./status.ts";
import { createTags, deleteTags } from "./tagging.ts";
import { stage, switchTo, unstage } from "./worktree.ts";

/** Opens the repository that `cwd` is in with the git program. */
export async function openNative(cwd: string): Promise<Git> {
  // Hardly a command does without the config: it is read while the repository is looked for.
  const config = readConfig(cwd);
  config.catch(() => undefined);
  return createNative(await findPlace(cwd), config);
}

function createNative(place: Place, early: Promise<ConfigValues>): Git {
  let values: Promise<ConfigValues> | undefined = early;
  let program: Promise<[number, number, number]> | undefined;
  const config = () => (values ??= readConfig(place.root));
  const version = () => (program ??= askVersion(place));
  // Several questions at once are answered by one reading.
  let reading: Promise<string> | undefined;
  const index = () => (reading ??= readIndex(place).finally(() => (reading = undefined)));
  const configAll = async (key: string) => [...((await config()).get(canonicalKey(key)) ?? [])];

  const last = async (key: string) => (await configAll(key)).at(-1) ?? null;
  const signs = async () => isTrue(await last("tag.gpgSign"));

  const git: Git = {
    root: place.root,
    gitDir: place.gitDir,
    commonDir: place.commonDir,
    bare: place.bare,
    canChange: true,
    onOutput: null,
    head: () => head(place),
    inProgress: async () => inProgress(place.gitDir, await pseudoRefs(place)),
    isShallow: async () => place.shallow,
    resolveCommit: (rev) => resolveCommit(place, rev),
    readRef: (ref) => readRef(place, ref),
    tags: () => tags(place),
    readObjects: (oids) => readObjects(place, oids),
    sizes: (oids) => sizes(place, oids),
    readPaths: (specs) => readPaths(place, specs, version),
    listFiles: async (rev, suffixes) =>
      rev === "" ? stagedFiles(await index(), suffixes) : listTree(place, rev, suffixes),
    commits: (query) => commits(place, query),
    isAncestor: (a, b) => isAncestor(place, a, b),
    mergeBase: (a, b) => mergeBase(place, a, b),
    status: () => status(place),
    unmerged: async () => unmergedFiles(await index()),
    trackedUnder: (paths) => trackedUnder(place, paths),
    keptOut: (paths) => keptOut(place, paths),
    config: last,
    configAll,
    diffStat: (a, b, excludeSuffixes) => diffStat(place, a, b, excludeSuffixes),
    remotes: async () => remoteNames(await config()),
    remoteTags: (remote, names) => remoteTags(place, remote, names),
    branchAt: (oid) => branchAt(place, oid),
    identity: () => identity(place),
    containedInRemote: (oid) => containedInRemote(place, oid),
    hooksDir: async () => ((await configAll("core.hooksPath")).length > 0 ? askHooksDir(place) : hooksIn(place)),
    version,
    stage: (paths) => stage(place, paths),
    unstage: (paths) => unstage(place, paths),
    commit: (input) => commit(place, input, git.onOutput),
    createTags: (news, options) => createTags(place, news, options?.sign, signs, git.onOutput),
    deleteTags: (olds, env) => deleteTags(place, olds, env, git.onOutput),
    switchTo: (target) => switchTo(place, target, git.onOutput),
    async setConfig(key, value) {
      await setConfig(place, key, value);
      values = undefined;
    },
  };
  return git;
}

/** Runs `git init` in a folder, whatever repository the environment speaks of. */
export async function initNative(dir: string): Promise<void> {
  const { status, output } = await change(dir, { args: ["init", "--quiet"], env: LOCAL_ENV });
  if (status !== 0) throw new MvError("no-write", words(output));
}

function hooksIn(place: Place): string {
  return join(place.commonDir, "hooks");
}

async function askHooksDir(place: Place): Promise<string> {
  return (await askText(place, ["rev-parse", "--path-format=absolute", "--git-path", "hooks"])).replace(/\n$/, "");
}

async function askVersion(place: Place): Promise<[number, number, number]> {
  const answer = await run({ cwd: place.root, args: ["version"] });
  const [, major, minor, patch] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(answer.stdout.toString("utf8")) ?? [];
  if (major === undefined) throw new MvError("internal", "git version says no version");
  return [Number(major), Number(minor), Number(patch ?? 0)];
}

/** With reftable the heads of a cherry-pick or revert are no files. */
async function pseudoRefs(place: Place): Promise<((name: string) => Promise<boolean>) | null> {
  const reftable = await access(join(place.commonDir, "reftable")).then(
    () => true,
    () => false,
  );
  return reftable ? async (name) => (await ask(place, ["rev-parse", "--quiet", "--verify", name])).status === 0 : null;
}

async function setConfig(place: Place, key: string, value: string | null): Promise<void> {
  const what =
    value === null ? ["--unset-all", "--end-of-options", key] : ["--replace-all", "--end-of-options", key, value];
  const { status, output } = await change(place.root, { args: ["config", "--local", ...what] });
  // 5: there was nothing to unset.
  if (status !== 0 && !(value === null && status === 5)) throw new MvError("no-write", words(output));
}
