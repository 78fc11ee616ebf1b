// What stands on a stage of a repository elsewhere, by the names of its tags and the one tag that says it.
import type { RemoteRepository } from "../../git/remote-repository.ts";
import { type Assignment, parseEvent, readEventName } from "../../model/events.ts";
import { readForeignTag } from "../../model/tag-object.ts";
import { parseTag } from "../../model/version.ts";
import type { Assigned } from "./source.ts";

interface Asked {
  model: string;
  stage: string;
  /** Of the model's release tags. */
  format: string;
}

type RawTag = (name: string) => Promise<{ oid: string; raw: Buffer } | null>;

/** Each tag that is looked at is fetched: of a chain that is broken for so long nothing is concluded. */
const MOST_TRIED = 20;

/**
 * The newest assignment of a stage, GTO's too where its commit has exactly one release of the model; null where nothing stands there.
 * Tags that cannot be read are passed over, as in a clone.
 */
export async function newestAssignment(
  repository: RemoteRepository,
  asked: Asked,
  rawTag: RawTag,
): Promise<Assigned | null> {
  for (const { tag, leaves } of chainOf(repository, asked).slice(0, MOST_TRIED)) {
    const found = await rawTag(tag);
    if (found === null) continue;
    const reading = parseEvent(found.raw, found.oid, tag);
    if (reading?.kind === "assign") return { assignment: reading.event, raw: found.raw };
    if (reading !== null) continue;
    const assignment = ofOtherTool(repository, asked, { ...found, tag });
    if (leaves && assignment !== "unreadable") return null;
    if (assignment !== "unreadable" && assignment !== null) return { assignment, raw: found.raw };
  }
  return null;
}

/** Annotated tags of the chain, newest first. */
function chainOf({ tags, peeled }: RemoteRepository, { model, stage }: Asked) {
  const chain = [...tags.keys()].flatMap((tag) => {
    const name = readEventName(tag);
    if (name?.kind !== "assign" || name.model !== model || name.stage !== stage || !peeled.has(tag)) return [];
    return [{ tag, number: name.number, leaves: name.leaves }];
  });
  return chain.toSorted((a, b) => b.number - a.number);
}

/** A tag without our payload, by the release at its commit; null where there is none or several. */
function ofOtherTool(
  { tags, peeled }: RemoteRepository,
  { model, stage, format }: Asked,
  { tag, oid, raw }: { tag: string; oid: string; raw: Buffer },
): Assignment | "unreadable" | null {
  const object = readForeignTag(raw);
  if (object === null || object.tagger === null || /^mversion:/m.test(object.message)) return "unreadable";
  const commit = peeled.get(tag);
  const releases = [...tags].flatMap(([name, release]) => {
    const version = peeled.get(name) === commit ? parseTag(format, model, name) : null;
    return version === null ? [] : [{ version, tag: release, weight: 100 }];
  });
  const [only, ...others] = releases;
  if (only === undefined || others.length > 0) return null;
  return {
    model,
    stage,
    number: Math.max(1, readNumber(tag)),
    baseline: only.version,
    rollout: [only],
    rollout_id: tag,
    seal: null,
    returns: null,
    tag,
    oid,
    commit: object.target,
    tagger: object.tagger,
    reason: object.message.split("\n")[0]?.trim() ?? "",
    signed: false,
  };
}

function readNumber(tag: string): number {
  const name = readEventName(tag);
  return name === null ? 0 : name.number;
}
