// What a store holds for good: confirmed by asking it now, and named by something that Git's remotes have, so that no gc of the
// store takes it. A draft that was pushed without Git is there too, and anybody's gc may take it once it is old.
import type { ObjectRef } from "../../remotes/remote.ts";
import { publishedBy } from "../gc/needed.ts";
import { withKnownRemotes } from "../objects/known-remotes.ts";
import { openSources } from "../objects/sources.ts";
import type { Project } from "../project.ts";
import { rememberedTags } from "../tag/remembered.ts";

export interface KeptSomewhere {
  /** SHA-256 of those that may go here. */
  kept: ReadonlySet<string>;
  /** On a store, and named by nothing that is pushed to Git. */
  unpublished: ReadonlySet<string>;
}

export async function keptSomewhere(project: Project, objects: readonly ObjectRef[]): Promise<KeptSomewhere> {
  const held = await heldSomewhere(project, objects);
  const published = held.size === 0 ? null : await publishedShas(project);
  if (published === null) return { kept: held, unpublished: new Set() };
  const kept = [...held].filter((sha256) => published.has(sha256));
  return { kept: new Set(kept), unpublished: new Set([...held].filter((sha256) => !published.has(sha256))) };
}

/** Those of the objects that some remote confirms to hold, asked now. */
async function heldSomewhere(here: Project, objects: readonly ObjectRef[]): Promise<Set<string>> {
  const sources = openSources(await withKnownRemotes(here));
  const held = new Set<string>();
  try {
    await sources.each(async (remote) => {
      const left = objects.filter(({ sha256 }) => !held.has(sha256));
      if (left.length > 0) for (const sha256 of await remote.has(left)) held.add(sha256);
      return objects.every(({ sha256 }) => held.has(sha256)) ? "done" : "go on";
    });
  } finally {
    await sources.close();
  }
  for (const failure of sources.failures) here.warn(failure.message);
  return held;
}

/** Null in a repository without a Git remote: nobody could ask it what it needs, so that a gc of its store refuses. */
async function publishedShas(project: Project): Promise<Set<string> | null> {
  const { git, settings } = project;
  // Without the git program history is not searched: what is confirmed now has to do.
  if (!git.canChange || (await git.remotes()).length === 0) return null;
  const own = (await rememberedTags(project)).map(({ tag }) => tag);
  const records = Object.values(settings.models).map(({ record }) => record);
  const { shas, folders, listed } = await publishedBy(git, records, own);
  const store = await project.store();
  const manifests = [...new Set([...folders, ...listed])];
  const absent = new Set(await store.missing(manifests));
  for (const sha256 of manifests.filter((each) => !absent.has(each) && store.looksLikeManifest(each))) {
    for (const entry of await store.manifest(sha256)) if ("sha256" in entry) shas.add(entry.sha256);
  }
  return shas;
}
