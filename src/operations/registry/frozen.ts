// A chain of assignments as it is kept on disk: what ten thousand of them have in common stands there once. Plain data, oldest first.
import { formatAssignmentTag } from "../../model/assignment.ts";
import type { EventRef, Share } from "../../model/events.ts";
import type { ChainEntry, Standing } from "./standing.ts";

export interface FrozenChain {
  people: [name: string, email: string, zone: string][];
  commits: string[];
  rollouts: Share[][];
  rows: Row[];
}

/** Zero: there is none, or what a promotion gives; one: the tag before. `rollout` and `commit` are places in the lists. */
type Row = [
  oid: string,
  number: number,
  baseline: string,
  rollout: number,
  commit: number,
  person: number,
  date: number,
  reason: string,
  signed: 0 | 1,
  rolloutId: string | 0,
  seal: EventRef | 0 | 1,
  returns: EventRef | 0,
];

/** Takes assignments of one stage that mversion made, oldest first. */
export function freezeChain(assignments: readonly Standing[]): FrozenChain {
  const [people, commits, rollouts] = [table<FrozenChain["people"][number]>(), table<string>(), table<Share[]>()];
  let before: Standing | null = null;
  const rows = assignments.map((event): Row => {
    const { oid, number, baseline, rollout, commit, tagger, reason, signed, rollout_id, seal, returns, tag } = event;
    const follows = seal !== null && seal.tag === before?.oid && seal.assignment === before.tag;
    before = event;
    const person = people.place([tagger?.name ?? "", tagger?.email ?? "", tagger?.zone ?? "+0000"]);
    const places = [rollouts.place(rollout), commits.place(commit), person] as const;
    const id = rollout_id === tag ? 0 : rollout_id;
    const marks = [signed ? 1 : 0, id, follows ? 1 : (seal ?? 0), returns ?? 0] as const;
    return [oid, number, baseline ?? "", ...places, tagger?.date ?? 0, reason, ...marks];
  });
  return { people: people.list, commits: commits.list, rollouts: rollouts.list, rows };
}

/**
 * The assignments again, by the tags that hold them still, in the places of `entries`, which are the chain's, newest first; null
 * for others. Those with the same shares have them in common: nobody may change them.
 */
export function thawChain(chain: FrozenChain, entries: readonly ChainEntry[]): (Standing | null)[] {
  const { rows } = chain;
  let at = rows.length - 1;
  return entries.map((entry) => {
    while (at >= 0 && (rows[at]?.[1] ?? 0) > entry.number) at -= 1;
    const row = rows[at];
    // By its number a tag has one name only. The same object under another name is a copy, and judged anew.
    if (row === undefined || row[0] !== entry.oid || row[1] !== entry.number || entry.leaves) return null;
    return thawed(chain, row, rows[at - 1], entry);
  });
}

// Its places are read one by one: taking a row apart by a pattern costs ten thousand iterators.
function thawed(
  { people, commits, rollouts }: FrozenChain,
  row: Row,
  before: Row | undefined,
  entry: ChainEntry,
): Standing {
  const person = people[row[5]];
  const seal = row[10];
  const returns = row[11];
  return {
    model: entry.model,
    stage: entry.stage,
    number: row[1],
    tag: entry.tag,
    oid: row[0],
    commit: commits[row[4]] ?? "",
    by: "mversion",
    baseline: row[2],
    rollout: rollouts[row[3]] ?? [],
    rollout_id: row[9] === 0 ? entry.tag : row[9],
    tagger: { name: person?.[0] ?? "", email: person?.[1] ?? "", date: row[6], zone: person?.[2] ?? "+0000" },
    reason: row[7],
    signed: row[8] === 1,
    seal: seal === 0 ? null : seal === 1 ? refOf(before, entry) : seal,
    returns: returns === 0 ? null : returns,
  };
}

function refOf(row: Row | undefined, { model, stage }: ChainEntry): EventRef | null {
  return row === undefined ? null : { assignment: formatAssignmentTag(model, stage, row[1]), tag: row[0] };
}

/** A list in which everything stands once. */
function table<T>(): { list: T[]; place(item: T): number } {
  const list: T[] = [];
  const places = new Map<string, number>();
  return {
    list,
    place(item) {
      const key = JSON.stringify(item);
      const place = places.get(key) ?? list.push(item) - 1;
      places.set(key, place);
      return place;
    },
  };
}
