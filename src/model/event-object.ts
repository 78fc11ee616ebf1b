// The raw tag object of an event, taken apart and checked for what every event has: schema, commit, tagger.
import { problem, requiredText, valueAt } from "./fields.ts";
import { readOid } from "./release-payload.ts";
import { readTagObject, type TagObject, type Tagger } from "./tag-object.ts";
import { isNumberText } from "./value.ts";
import { parseYaml, type YamlFile } from "./yaml.ts";
import { readEither } from "./yaml-plain.ts";

/** What the tag object itself says of every event. Who and when are the tagger's. */
export interface EventTag {
  /** Short name of the tag, as the tag object has it. */
  tag: string;
  /** The tag object. */
  oid: string;
  commit: string;
  tagger: Tagger;
  /** In the user's words; empty where an event needs none. */
  reason: string;
  signed: boolean;
}

/** Another event, by the name and the oid of its tag: a seal. */
export interface EventRef {
  assignment: string;
  tag: string;
}

const EVENT = /^event:[ \t]*["']?([a-z]+)\b/m;

/** What event a raw tag object claims to be, by a glance that proves nothing: "assign"; null where it is none of ours. */
export function claimedEvent(object: TagObject): string | null {
  if (!/^mversion:[ \t]*["']?\d/m.test(object.payload)) return null;
  return EVENT.exec(object.payload)?.[1] ?? null;
}

/**
 * Reads an event of one kind by `read`; null where the object is none of that kind. Throws MvError invalid-file for one that is
 * not well formed.
 */
export function readEvent<T>(
  raw: Uint8Array,
  oid: string,
  kind: string,
  read: (yaml: YamlFile, tag: Omit<EventTag, "reason">, message: string) => T,
): T | null {
  const object = readTagObject(raw);
  if (object === null || claimedEvent(object) !== kind) return null;
  const { tag: file, payload: text, tagger, target, signed } = object;
  const hint = "mv verify --all";
  return readEither(
    { file, text, hint },
    () => parseYaml(text, file, { hint }),
    (yaml) => {
      const schema = valueAt(yaml, ["mversion"]);
      if (!isNumberText(schema) || schema.value !== 1) throw problem(yaml, ["mversion"], "it needs a newer mversion");
      if (requiredText(yaml, ["event"]) !== kind) return null;
      if (object.targetType !== "commit") {
        throw problem(yaml, [], `the tag points at a ${object.targetType}, not at a commit`);
      }
      if (tagger === null) throw problem(yaml, [], "the tag has no tagger");
      return read(yaml, { tag: file, oid, commit: target, tagger, signed }, object.message);
    },
  );
}

/** The seal at a key, or null where there is none. */
export function readEventRef(yaml: YamlFile, key: string): EventRef | null {
  if ((valueAt(yaml, [key]) ?? null) === null) return null;
  return { assignment: requiredText(yaml, [key, "assignment"]), tag: readOid(yaml, [key, "tag"]) };
}
