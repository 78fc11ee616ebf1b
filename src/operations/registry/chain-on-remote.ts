// A stage's chain on the Git remote, compared with the one here: whoever adds to it must know what it ends with.
import { MvError } from "../../errors.ts";
import { fetchTags } from "../../git/pull.ts";
import { remoteTagsFrom } from "../../git/remotes.ts";
import { showRollout } from "../../model/assignment.ts";
import { momentIn } from "../../model/day.ts";
import { readEventName } from "../../model/events.ts";
import type { Project } from "../project.ts";
import { readRegistry, type Registry, type StageName } from "../registry.ts";
import { readReleases } from "../releases.ts";
import { quoted } from "../targets.ts";

/** Tags of the chain that are here and not on the remote, oldest first. */
export interface Unshared {
  tag: string;
  oid: string;
}

/**
 * The tags of a chain that the remote lacks. Where the remote has some that are not here, they are fetched, and it fails with race,
 * saying what they put there: `again`, typed again, knows them. So it does where the remote has another tag of the same name.
 */
export async function unsharedTags(
  project: Project,
  registry: Registry,
  remote: string,
  name: StageName,
  again: string,
): Promise<Unshared[]> {
  const there = await chainOn(project, remote, name);
  const here = registry.tags.filter(
    (tag) => tag.kind === "assign" && tag.model === name.model && tag.stage === name.stage,
  );
  const known = new Map(here.map(({ tag, oid }) => [tag, oid]));
  const other = [...there].find(([tag, oid]) => known.has(tag) && known.get(tag) !== oid);
  if (other) throw takenByOthers(remote, other[0]);
  const news = [...there.keys()].filter((tag) => !known.has(tag));
  if (news.length > 0) throw await overtaken(project, remote, name, news, again);
  return here
    .filter(({ tag, annotated }) => annotated && !there.has(tag))
    .toSorted((a, b) => a.number - b.number)
    .map(({ tag, oid }) => ({ tag, oid }));
}

/** Fails with race where the remote has tags of the chain that are not here, or others of the same name. */
export async function requireNoNews(project: Project, remote: string, name: StageName, again: string): Promise<void> {
  await unsharedTags(project, readRegistry(project, await readReleases(project)), remote, name, again);
}

async function chainOn(project: Project, remote: string, { model, stage }: StageName): Promise<Map<string, string>> {
  const tags = await remoteTagsFrom(project.git, remote, [`${model}#${stage}`]);
  const chain = tags.filter((tag) => {
    const name = readEventName(tag.name);
    return name?.kind === "assign" && name.model === model && name.stage === stage;
  });
  return new Map(chain.map(({ name, oid }) => [name, oid]));
}

async function overtaken(
  project: Project,
  remote: string,
  name: StageName,
  news: readonly string[],
  again: string,
): Promise<MvError> {
  await fetchTags(project.git, remote, news);
  const standing = await readRegistry(project, await readReleases(project)).latest(name.model, name.stage);
  const what =
    standing === null ? "something" : standing.rollout.length === 0 ? "nothing" : showRollout(standing.rollout);
  const tagger = standing?.tagger;
  const who = tagger ? `${tagger.name || tagger.email} put` : "somebody put";
  const when = tagger ? ` at ${momentIn(tagger.zone, tagger.date)}` : "";
  const why = standing?.reason.split("\n")[0]?.trim() ?? "";
  return new MvError(
    "race",
    `${who} ${name.model} ${what} on ${name.stage}${when}, which was not known here${why === "" ? "" : `: ${why}`}`,
    {
      hint: `if you still want it: ${again}`,
      details: { remote, tags: news, tag: standing?.tag },
    },
  );
}

/** A promotion that was never pushed, and somebody else's of the same number was. */
function takenByOthers(remote: string, tag: string): MvError {
  return new MvError("race", `${remote} has another ${tag}: yours was never shared, and theirs was`, {
    hint: `git -c mversion.unlock=${quoted(tag)} tag -d ${quoted(tag)} && git fetch ${remote} --tags, then repeat the command`,
    details: { remote, tag },
  });
}
