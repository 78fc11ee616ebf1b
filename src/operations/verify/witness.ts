// Witnesses from elsewhere: what a store and a Git host remember of the tags, for the newest ones, which nothing here names yet.
import { MvError } from "../../errors.ts";
import { readEventName } from "../../model/events.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import { rememberedTags } from "../tag/remembered.ts";
import { isOurName } from "./plain.ts";
import type { Problem } from "./problem.ts";
import { compareWithSeen, type Seen, seenByStore } from "./witness-store.ts";

/** Tags that a warning names before it counts the rest. */
const MOST_NAMES = 5;

/**
 * Asks one witness, a store of the settings or a Git remote (both, where both have the name). A problem for each tag that it has
 * and that is missing or another here, and for each release that it must have had and has no more. Fails with usage for an
 * unknown name, unreachable, denied.
 */
export async function askWitness(
  project: Project,
  releases: Releases,
  models: ReadonlySet<string>,
  name: string,
): Promise<Problem[]> {
  const { git, settings } = project;
  const isStore = Object.hasOwn(settings.remotes, name);
  const remotes = await git.remotes();
  if (!isStore && !remotes.includes(name)) {
    const known = [...Object.keys(settings.remotes), ...remotes].join(", ");
    throw new MvError("usage", `--witness ${name}: there is no store and no Git remote of that name`, {
      hint: known === "" ? "mv remote add NAME URL" : `--witness with one of ${known}`,
    });
  }
  const now = new Map(releases.tags.map((tag) => [tag.name, tag.oid]));
  const problems: Problem[] = [];
  if (isStore) {
    const seen = await seenByStore(project, name, models);
    problems.push(...(await compareWithSeen(project, now, seen)));
    warnOfOldStages(project, now, seen);
  }
  if (remotes.includes(name)) problems.push(...(await askGitRemote(project, releases, models, name, now)));
  return problems;
}

/** What serves from the store alone runs what its file of the stage says, whose signatures are good however old it is. */
function warnOfOldStages(project: Project, now: ReadonlyMap<string, string>, seen: readonly Seen[]): void {
  const newest = new Map<string, { number: number; tag: string }>();
  const chainOf = (tag: string): { chain: string; number: number } | null => {
    const name = readEventName(tag);
    return name?.kind === "assign" ? { chain: `${name.model}@${name.stage}`, number: name.number } : null;
  };
  for (const tag of now.keys()) {
    const event = chainOf(tag);
    if (event && event.number > (newest.get(event.chain)?.number ?? 0)) newest.set(event.chain, { ...event, tag });
  }
  for (const { tag, where } of seen) {
    const event = chainOf(tag);
    const last = event && newest.get(event.chain);
    if (!event || !last || last.number <= event.number) continue;
    project.warn(
      `${where} is ${tag}, and the newest is ${last.tag}: it was not sent there (mv push --all does), or the older one was put back`,
    );
  }
}

async function askGitRemote(
  project: Project,
  releases: Releases,
  models: ReadonlySet<string>,
  name: string,
  now: ReadonlyMap<string, string>,
): Promise<Problem[]> {
  const there = new Map((await project.git.remoteTags(name, [])).map((tag) => [tag.name, tag.oid]));
  const seen = [...there].flatMap(([tag, oid]): Seen[] =>
    isOurName(project, models, tag) ? [{ what: tag, tag, oid, where: name }] : [],
  );
  const problems = await compareWithSeen(project, now, seen);
  const local = new Set((await rememberedTags(project)).map(({ oid }) => oid));
  for (const { model, version, tag, oid } of releases.all) {
    if (!models.has(model) || there.has(tag) || local.has(oid)) continue;
    problems.push({
      code: "seal-broken",
      what: `${model} ${version}`,
      tag,
      message: `${name} does not have ${tag}, and it was not made here: it was removed there`,
      hint: `git push ${quoted(name)} ${quoted(tag)}, once you know why`,
    });
  }
  const events = releases.tags.filter(
    ({ name: tag }) => models.has(readEventName(tag)?.model ?? "") && !there.has(tag),
  );
  if (events.length > 0) {
    const names = events.slice(0, MOST_NAMES).map((tag) => tag.name);
    const more = events.length > MOST_NAMES ? ` and ${events.length - MOST_NAMES} more` : "";
    project.warn(`${name} does not have ${names.join(", ")}${more}: not pushed yet, or removed there`);
  }
  return problems;
}
