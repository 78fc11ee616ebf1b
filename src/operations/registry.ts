// The registry in Git: what stands on which stage, by the tags of events. It is as cheap as what is asked of it: of ten thousand
// assignments the newest is found by its name alone.
import { join } from "node:path";
import type { TagRef } from "../git/git.ts";
import {
  type Approval,
  type Confirmation,
  type EventName,
  type EventReading,
  parseEvent,
  readEventName,
} from "../model/events.ts";
import { readForeignTag, readTagObject, TAG_MAX_BYTES } from "../model/tag-object.ts";
import { keep, readKept } from "./kept.ts";
import type { Project } from "./project.ts";
import { type FrozenChain, freezeChain, thawChain } from "./registry/frozen.ts";
import { type ChainEntry, type Foreign, standingOf, type Standing } from "./registry/standing.ts";
import type { Releases } from "./releases.ts";

export type { Standing } from "./registry/standing.ts";

const CACHE_SCHEMA = 2;
const MOST_WARNINGS = 5;
/** Below that a file on disk saves nothing. */
const WORTH_KEEPING = 20;

export interface StageName {
  model: string;
  stage: string;
}

export interface Registry {
  /** Every stage that some tag assigns to, by model and name; settings may know others. */
  readonly stages: readonly StageName[];
  /** Every tag that has an event's name, whoever made it. */
  readonly tags: readonly EventTagRef[];
  /** The newest tag of a stage's chain, whoever made it and whether or not it can be read: what the next one seals. */
  top(model: string, stage: string): TagRef | null;
  /** The number of the next assignment: above all tags of that grammar, foreign ones too. */
  nextNumber(model: string, stage: string): number;
  /** What stands on the stage; null where nothing was ever assigned. Tags that cannot be read are named and passed over. */
  latest(model: string, stage: string): Promise<Standing | null>;
  /** The same for several stages, read together. */
  latestOf(stages: readonly StageName[]): Promise<(Standing | null)[]>;
  /** All assignments of a stage, newest first. */
  history(model: string, stage: string): Promise<Standing[]>;
  /** Approvals of a version for a stage, oldest first, and the number of the next one. */
  approvals(model: string, stage: string, version: string): Promise<{ events: Approval[]; next: number }>;
  /** Confirmations of a stage, all or so many newest, oldest first; and the number of the next one. */
  confirmations(model: string, stage: string, newest?: number): Promise<{ events: Confirmation[]; next: number }>;
}

/** One tag of an event's name. */
export interface EventTagRef extends ChainEntry {
  kind: EventName["kind"];
  /** Of an approval. */
  version: string | null;
  size: number;
}

type Reading = EventReading | Foreign;

interface KeptChain {
  chain: FrozenChain;
  /** Tags of other tools, by their oids. */
  others: Record<string, Reading>;
}

/** The registry by the tags that `releases` listed: nothing is read before it is asked for. */
export function readRegistry(project: Project, releases: Releases): Registry {
  const chains = collect(releases.tags);
  const readings = new Map<string, Reading>();
  const warned = new Set<string>();

  async function load(entries: readonly EventTagRef[]): Promise<void> {
    const unknown = entries.filter(
      ({ tag, annotated, size }) => !readings.has(tag) && annotated && size <= TAG_MAX_BYTES,
    );
    if (unknown.length === 0) return;
    const objects = await project.git.readObjects(unknown.map(({ oid }) => oid));
    for (const { tag, oid } of unknown) readings.set(tag, readOne(objects.get(oid)?.bytes, oid, tag));
  }

  /** What an entry says; null, and a warning, where it cannot be read. */
  function standing(entry: EventTagRef): Standing | null {
    const found = standingOf(entry, readings.get(entry.tag) ?? null, releases);
    if (typeof found !== "string") return found;
    warnOf(entry.tag, found);
    return null;
  }

  function warnOf(tag: string, why: string): void {
    if (warned.has(tag)) return;
    warned.add(tag);
    if (warned.size <= MOST_WARNINGS) project.warn(`tag ${tag} is passed over: ${why}`);
    else if (warned.size === MOST_WARNINGS + 1) project.warn("and so are more tags: mv verify --all");
  }

  async function latestOf(stages: readonly StageName[]): Promise<(Standing | null)[]> {
    const lists = stages.map(({ model, stage }) => chains.assign.get(keyOf(model, stage)) ?? []);
    await load(lists.flatMap((list) => list.slice(0, 1)));
    return Promise.all(
      lists.map(async (list) => {
        for (const entry of list) {
          await load([entry]);
          const found = standing(entry);
          if (found !== null) return found;
        }
        return null;
      }),
    );
  }

  /** All that a chain's tags say, in its order; null, and a warning, for those that cannot be read. */
  async function readChain({ model, stage }: StageName, entries: readonly EventTagRef[]): Promise<(Standing | null)[]> {
    const file = join(project.stateDir, "registry", model, `${stage}.json`);
    const kept = entries.length < WORTH_KEEPING ? null : await readKept<KeptChain>(file, CACHE_SCHEMA);
    const thawed = kept === null ? entries.map(() => null) : thawChain(kept.chain, entries);
    const unthawed = entries.filter((_, at) => thawed[at] === null);
    for (const { tag, oid } of unthawed) {
      if (kept !== null && Object.hasOwn(kept.others, oid)) readings.set(tag, kept.others[oid] ?? null);
    }
    const unknown = unthawed.filter(({ tag }) => !readings.has(tag));
    await load(unknown);
    const found = unthawed.length === 0 ? thawed : thawed.map((known, at) => known ?? standingAt(entries, at));
    const isNew = unknown.some(({ tag }) => isKept(readings.get(tag) ?? null));
    if (isNew && entries.length >= WORTH_KEEPING) await keep(file, CACHE_SCHEMA, keptChain(entries, found));
    return found;
  }

  function standingAt(entries: readonly EventTagRef[], at: number): Standing | null {
    const entry = entries[at];
    return entry === undefined ? null : standing(entry);
  }

  function keptChain(entries: readonly EventTagRef[], found: readonly (Standing | null)[]): KeptChain {
    const others = Object.create(null) as Record<string, Reading>;
    for (const { tag, oid } of entries) {
      const reading = readings.get(tag) ?? null;
      if (reading?.kind === "foreign") others[oid] = reading;
    }
    const ours = found.filter((one): one is Standing => one?.by === "mversion");
    return { chain: freezeChain(ours.toReversed()), others };
  }

  async function eventsOf<T>(
    kind: "approve" | "confirm",
    key: string,
    pick: (reading: Reading) => T | null,
    newest?: number,
  ) {
    const entries = (chains[kind].get(key) ?? []).slice(0, newest).toReversed();
    await load(entries);
    const events = entries.flatMap(({ tag, annotated }) => {
      const reading = readings.get(tag) ?? null;
      const event = pick(reading);
      if (event === null) warnOf(tag, annotated ? whyBroken(reading) : "it is a plain tag, so nobody stands for it");
      return event ?? [];
    });
    return { events, next: (entries.at(-1)?.number ?? 0) + 1 };
  }

  return {
    stages: chains.stages,
    tags: chains.tags,
    top: (model, stage) => refOf(chains.assign.get(keyOf(model, stage))?.[0]),
    nextNumber: (model, stage) => (chains.assign.get(keyOf(model, stage))?.[0]?.number ?? 0) + 1,
    latest: async (model, stage) => (await latestOf([{ model, stage }]))[0] ?? null,
    latestOf,
    async history(model, stage) {
      const entries = chains.assign.get(keyOf(model, stage)) ?? [];
      const found = await readChain({ model, stage }, entries);
      return found.filter((one) => one !== null);
    },
    approvals: (model, stage, version) =>
      eventsOf("approve", keyOf(model, stage, version), (reading) =>
        reading?.kind === "approve" ? reading.event : null,
      ),
    confirmations: (model, stage, newest) =>
      eventsOf(
        "confirm",
        keyOf(model, stage),
        (reading) => (reading?.kind === "confirm" ? reading.event : null),
        newest,
      ),
  };
}

/** What is broken is so under one name, and is read again. */
function isKept(reading: Reading): boolean {
  return reading?.kind === "assign" || reading?.kind === "foreign";
}

function readOne(raw: Buffer | undefined, oid: string, tag: string): Reading {
  if (raw === undefined) return { kind: "broken", why: "its object is not here" };
  const reading = parseEvent(raw, oid, tag);
  if (reading !== null) return reading;
  const foreign = readForeignTag(raw);
  if (foreign === null || foreign.targetType !== "commit") return { kind: "broken", why: "it names no commit" };
  if (claimsToBeOurs(raw)) return { kind: "broken", why: "it is no assignment that this mversion can read" };
  const { target: commit, tagger, message } = foreign;
  return { kind: "foreign", commit, tagger, message };
}

function claimsToBeOurs(raw: Buffer): boolean {
  return /^mversion:/m.test(readTagObject(raw)?.payload ?? "");
}

function whyBroken(reading: Reading): string {
  return reading?.kind === "broken" ? reading.why : "its message is not what its name says";
}

function keyOf(...parts: string[]): string {
  return parts.join("/");
}

function refOf(entry: EventTagRef | undefined): TagRef | null {
  if (entry === undefined) return null;
  const { tag: name, oid, annotated, size } = entry;
  return { name, oid, type: annotated ? "tag" : "commit", size };
}

type Chains = Record<EventName["kind"], Map<string, EventTagRef[]>> & { stages: StageName[]; tags: EventTagRef[] };

/** The tags of events by what they are about, the highest number first. */
function collect(tags: readonly TagRef[]): Chains {
  const chains: Chains = { assign: new Map(), approve: new Map(), confirm: new Map(), stages: [], tags: [] };
  for (const { name: tag, oid, type, size } of tags) {
    const name = readEventName(tag);
    if (name === null) continue;
    const { kind, model, stage, number } = name;
    const leaves = kind === "assign" && name.leaves;
    const version = kind === "approve" ? name.version : null;
    const annotated = type === "tag";
    const entry: EventTagRef = { kind, tag, oid, model, stage, version, number, leaves, annotated, size };
    chains.tags.push(entry);
    const key = version === null ? keyOf(model, stage) : keyOf(model, stage, version);
    const list = chains[kind].get(key);
    if (list) list.push(entry);
    else {
      chains[kind].set(key, [entry]);
      if (kind === "assign") chains.stages.push({ model, stage });
    }
  }
  for (const kind of ["assign", "approve", "confirm"] as const) {
    for (const list of chains[kind].values()) list.sort((a, b) => b.number - a.number);
  }
  return chains;
}
