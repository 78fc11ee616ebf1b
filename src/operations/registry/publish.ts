// promote --push and rollback --push: the tag goes to the Git remote, then the stage's file into the store. What others would
// need of the versions must be out before.
import { isMvError, MvError } from "../../errors.ts";
import type { Release } from "../../model/release.ts";
import { parseReleaseFile, RELEASE_FILE_MAX_BYTES, releaseFilePath } from "../../model/release-file.ts";
import type { Remote } from "../../remotes/remote.ts";
import { withKnownRemotes } from "../objects/known-remotes.ts";
import { OBJECTS_SENT } from "../push/lfs.ts";
import { pushRemote } from "../push/git-remote.ts";
import { releaseTargets } from "../push/scope.ts";
import { notStored, type StageFileState, writeStageFile } from "../push/stage-files.ts";
import type { Project } from "../project.ts";
import type { Registry, StageName, Standing } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { confirm, openProjectRemote } from "../remotes.ts";
import { requireNoNews, type Unshared, unsharedTags } from "./chain-on-remote.ts";
import { pushRefs } from "../../git/push.ts";

export interface Published {
  /** The Git remote, and the tags that went there: the new one, and what was not shared before. */
  remote: string;
  tags: string[];
  /** The store, and what became of the stage's file there; null where none is set up. */
  store: { remote: string; file: StageFileState } | null;
}

export interface Publisher {
  /** Fails with push-incomplete where others could not get one of the releases: its tag, its file, its objects. */
  requireShared(releases: readonly Release[]): Promise<void>;
  /** Sends the assignment; a `new` one that could not be sent is taken back, so that nothing was assigned. Fails with race, push-rejected, unreachable; partly where only the store failed. */
  send(standing: Standing, options: { isNew: boolean }): Promise<Published>;
}

export interface PublishOptions {
  /** The command to type again. */
  again: string;
  /** In an incident the store is not asked before: what ran there can be had. */
  urgent?: boolean;
}

/** Looks at the Git remote first. Fails with usage where there is none, race where somebody else was there meanwhile. */
export async function openPublisher(
  here: Project,
  releases: Releases,
  registry: Registry,
  name: StageName,
  { again, urgent = false }: PublishOptions,
): Promise<Publisher> {
  const project = await withKnownRemotes(here);
  const remote = await requireRemote(project, "assignment");
  const unshared = await unsharedTags(project, registry, remote, name, again);
  const earlier = await releasesOf(releases, registry, name, unshared);
  return {
    async requireShared(wanted) {
      const all = [...new Set([...wanted, ...earlier])];
      await requireTags(project, remote, all);
      if (!urgent) await withStore(project, (store) => requireStored(store, all));
    },
    async send(standing, { isNew }) {
      const tags = [...new Set([...unshared.map(({ tag }) => tag), standing.tag])];
      await pushTags(project, remote, tags).catch(async (error: unknown) => {
        if (isNew) await takeBack(project, standing);
        // The remote was not as it was a moment ago: then that is the reason, in better words.
        if (isMvError(error) && error.code === "push-rejected") await requireNoNews(project, remote, name, again);
        throw isNew ? notAssigned(error, again) : error;
      });
      return { remote, tags, store: await storeFile(project, standing, again) };
    },
  };
}

/** The command that sends an assignment which was not sent; null where it was, or where there is no Git remote. */
export async function shareCommand(
  project: Project,
  published: Published | null,
  command: string,
): Promise<string | null> {
  return published === null && (await project.git.remotes()).length > 0 ? command : null;
}

/** The Git remote that `git push` would use. Fails with usage where there is none; `what` stands in the message. */
export async function requireRemote(project: Project, what: string): Promise<string> {
  const { branch } = project.git.bare ? { branch: null } : await project.git.head();
  const remote = await pushRemote(project, branch);
  if (remote !== null) return remote;
  throw new MvError("usage", `There is no Git remote to push the ${what} to`, {
    hint: "git remote add origin URL, or the command without --push",
  });
}

/** The releases that assignments name which nobody else has yet. */
async function releasesOf(
  releases: Releases,
  registry: Registry,
  { model, stage }: StageName,
  unshared: readonly Unshared[],
): Promise<Release[]> {
  if (unshared.length === 0) return [];
  const history = await registry.history(model, stage);
  const shares = history.filter(({ oid }) => unshared.some((tag) => tag.oid === oid)).flatMap(({ rollout }) => rollout);
  return [...new Set(shares.map(({ version }) => version))].flatMap((version) => releases.find(model, version) ?? []);
}

/** Fails with push-incomplete or seal-broken where the remote does not have the releases' tags as they are here. */
export async function requireTags(project: Project, remote: string, releases: readonly Release[]): Promise<void> {
  const names = releases.map(({ tag }) => tag);
  const there = new Map((await project.git.remoteTags(remote, names)).map(({ name, oid }) => [name, oid]));
  for (const { tag, oid } of releases) {
    const other = there.get(tag);
    if (other === oid) continue;
    const why = other === undefined ? "is not on" : "is another release on";
    throw new MvError(other === undefined ? "push-incomplete" : "seal-broken", `${tag} ${why} ${remote}`, {
      hint: other === undefined ? `mv push ${tag}` : "mv verify --all",
      details: { remote, tag },
    });
  }
}

async function requireStored(store: Remote, releases: readonly Release[]): Promise<void> {
  for (const release of releases) {
    const fail = (what: string): MvError =>
      new MvError("push-incomplete", `${store.name} does not hold ${what} of ${release.model} ${release.version}`, {
        hint: `mv push ${release.tag}`,
        details: { remote: store.name, tag: release.tag },
      });
    if (store.abilities.files) {
      const path = releaseFilePath(release.model, release.version);
      const file = await store.readFile(path, RELEASE_FILE_MAX_BYTES);
      if (file === null || parseReleaseFile(file.bytes, path).release.oid !== release.oid) throw fail("the file");
    }
    const targets = releaseTargets(release);
    const { confirmed } = await confirm(store, targets);
    if (targets.some(({ sha256 }) => !confirmed.includes(sha256))) throw fail("all bytes");
  }
}

/** Runs with the default store; null where no store is set up. */
async function withStore<T>(project: Project, work: (store: Remote) => Promise<T>): Promise<T | null> {
  if (Object.keys(project.settings.remotes).length === 0) return null;
  const store = await openProjectRemote(project, null);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function pushTags(project: Project, remote: string, tags: readonly string[]): Promise<void> {
  await pushRefs(project.git, { remote, refs: tags.map((tag) => `refs/tags/${tag}`), env: OBJECTS_SENT });
}

async function takeBack(project: Project, { tag, oid }: Standing): Promise<void> {
  await project.git.deleteTags([{ name: tag, oid }], { MVERSION_UNLOCK: tag });
}

function notAssigned(error: unknown, again: string): unknown {
  if (!isMvError(error)) return error;
  return new MvError(error.code, `Nothing was assigned: ${error.message}`, {
    hint: error.hint === undefined ? again : `${error.hint}\n${again}`,
    details: error.details,
    cause: error,
  });
}

/** The tag is out by now: what the store says to it is no reason to take it back. */
async function storeFile(project: Project, standing: Standing, again: string): Promise<Published["store"]> {
  try {
    return await withStore(project, async (store) => ({
      remote: store.name,
      file: await writeStageFile(project, store, standing),
    }));
  } catch (error) {
    throw notStored(error, standing.tag, again);
  }
}
