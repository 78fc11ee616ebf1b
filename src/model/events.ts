// The events of the registry by their tags: which name is whose, and what a tag object of any event says.
import { isMvError } from "../errors.ts";
import { type Approval, type Confirmation, parseApproval, parseConfirmation } from "./approval.ts";
import { type Assignment, checkStageName, parseAssignment } from "./assignment.ts";
import { checkModelName, parseVersion } from "./version.ts";

export type { Approval, Confirmation } from "./approval.ts";
export {
  formatApprovalMessage,
  formatApprovalTag,
  formatConfirmationMessage,
  formatConfirmationTag,
} from "./approval.ts";
export type { Assignment, Share } from "./assignment.ts";
export type { EventRef } from "./event-object.ts";

/** What a tag's name says of an event. A name is no proof: the payload is. */
export type EventName =
  /** `number` is 0 where the name has none; `leaves` for GTO's `churn#production!#8`: nothing runs there any more. */
  | { kind: "assign"; model: string; stage: string; number: number; leaves: boolean }
  | { kind: "approve"; model: string; stage: string; version: string; number: number }
  | { kind: "confirm"; model: string; stage: string; number: number };

/** What an event's tag object says. `broken` claims to be one of ours, and why it is not well formed. */
export type EventReading =
  | { kind: "assign"; event: Assignment }
  | { kind: "approve"; event: Approval }
  | { kind: "confirm"; event: Confirmation }
  | { kind: "broken"; why: string }
  | null;

const NUMBER = /^[1-9]\d{0,8}$/;
const APPROVE = /^approved\/([^/]+)\/([^/]+)\/([^/]+)\/([1-9]\d{0,8})$/;
const CONFIRM = /^confirmed\/([^/]+)\/([^/]+)\/([1-9]\d{0,8})$/;

/** Reads a short tag name; null for what no event is called. A release's retraction, `v1.0.0#retracted`, is none. */
export function readEventName(tag: string): EventName | null {
  // Most tags are releases: one look at a character spares them three patterns.
  if (tag.includes("#")) return readAssignName(tag);
  if (tag.startsWith("approved/")) {
    const [, model = "", stage = "", version = "", number] = APPROVE.exec(tag) ?? [];
    if (number === undefined || !areNames(model, stage) || parseVersion(version) !== version) return null;
    return { kind: "approve", model, stage, version, number: Number(number) };
  }
  if (!tag.startsWith("confirmed/")) return null;
  const [, model = "", stage = "", number] = CONFIRM.exec(tag) ?? [];
  return number !== undefined && areNames(model, stage)
    ? { kind: "confirm", model, stage, number: Number(number) }
    : null;
}

/** Without a pattern: ten thousand of them are read for every question. */
function readAssignName(tag: string): EventName | null {
  const at = tag.indexOf("#");
  const end = tag.indexOf("#", at + 1);
  const marked = end < 0 ? tag.slice(at + 1) : tag.slice(at + 1, end);
  const leaves = marked.endsWith("!");
  const [model, stage] = [tag.slice(0, at), leaves ? marked.slice(0, -1) : marked];
  const digits = end < 0 ? null : tag.slice(end + 1);
  if (digits !== null && !NUMBER.test(digits)) return null;
  if (!areNames(model, stage) || (digits === null && stage === "retracted")) return null;
  return { kind: "assign", model, stage, number: Number(digits ?? 0), leaves };
}

/** Pairs that were looked at: there are few, in many tags. */
const pairs = new Map<string, boolean>();
const PAIRS_MAX = 1000;

function areNames(model: string, stage: string): boolean {
  const key = `${model}#${stage}`;
  const known = pairs.get(key);
  if (known !== undefined) return known;
  if (pairs.size >= PAIRS_MAX) pairs.clear();
  const are = checkModelName(model) === null && checkStageName(stage) === null;
  pairs.set(key, are);
  return are;
}

/** Whether a tag of this name may be a release or a retraction: most others need not be read to know that they are none. */
export function mayBeRelease(tag: string): boolean {
  if (tag.includes("#")) return tag.endsWith("#retracted");
  return readEventName(tag) === null;
}

/**
 * Reads the raw tag object of an event, which must call itself `name` and be about what `name` says; otherwise it is broken, as
 * a copy under another name is. Null for what is not ours. Never throws.
 */
export function parseEvent(raw: Uint8Array, oid: string, name: string): EventReading {
  try {
    const reading = parse(raw, oid);
    if (reading === null || reading.kind === "broken") return reading;
    if (reading.event.tag !== name) return { kind: "broken", why: `the tag object calls itself ${reading.event.tag}` };
    return agrees(readEventName(name), reading)
      ? reading
      : { kind: "broken", why: "it is about something else than its name says" };
  } catch (error) {
    return { kind: "broken", why: isMvError(error) ? error.message : String(error) };
  }
}

function parse(raw: Uint8Array, oid: string): EventReading {
  const assign = parseAssignment(raw, oid);
  if (assign !== null) return { kind: "assign", event: assign };
  const approve = parseApproval(raw, oid);
  if (approve !== null) return { kind: "approve", event: approve };
  const confirm = parseConfirmation(raw, oid);
  return confirm === null ? null : { kind: "confirm", event: confirm };
}

function agrees(name: EventName | null, reading: NonNullable<EventReading>): boolean {
  if (reading.kind === "broken" || name?.kind !== reading.kind) return false;
  const { event } = reading;
  if (name.model !== event.model || name.stage !== event.stage) return false;
  if (name.kind === "assign") return reading.kind === "assign" && !name.leaves && name.number === reading.event.number;
  if (name.kind === "approve") return reading.kind === "approve" && name.version === reading.event.version;
  return true;
}
