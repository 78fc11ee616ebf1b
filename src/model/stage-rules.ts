// The rules of a stage, judged on facts: which of them a version does not satisfy, what was found, and what would satisfy it.
// Nothing here reads Git or a clock.
import { type Stay, secondsOn } from "./stays.ts";

/** The bound of a metric: ">= 0.9". */
export interface MetricBound {
  comparison: ">=" | "<=" | ">" | "<" | "=";
  value: number;
}

/** What .mversion.yaml says of a stage. */
export interface StageRules {
  requires: string | null;
  min_days: number;
  approvals: number;
  signed: boolean;
  metrics: Readonly<Record<string, MetricBound>>;
}

/** Null: the signature is good, and the tagger's. Else what is wrong with it: "it is not signed". */
export type SignatureFault = string | null;

export interface ApprovalFact {
  tag: string;
  /** E-mail address of the tagger. */
  by: string;
  fault: SignatureFault;
}

/** What is known of a version that is to go onto a stage. */
export interface StageFacts {
  model: string;
  version: string;
  stage: string;
  /** `remedy`: what would make its signature good. */
  release: { tag: string; oid: string; fault: SignatureFault; remedy: string };
  /** E-mail addresses of those who made the version. */
  authors: readonly string[];
  approvals: readonly ApprovalFact[];
  /** Assignments of the stage in `requires`, lowest number first: those that count there. */
  required: readonly Stay[];
  /** Numbers of the record at the release; nested names have dots. */
  metrics: ReadonlyMap<string, number>;
  /** Seconds since 1970. */
  now: number;
}

export type RuleName = "requires" | "min_days" | "approvals" | "metrics" | "signed";

export interface UnmetRule {
  rule: RuleName;
  /** File and key: ".mversion.yaml stages.production.requires". */
  set: string;
  /** "production needs 1.2.0 to have run on staging, and it has not" */
  what: string;
  /** What would satisfy it: a command to type. */
  next: string;
}

const DAY = 86_400;

/**
 * The rules that the version does not satisfy, in the order in which they are best met; none: it may go there. `file` names the
 * settings that they come from. Where `signed` is set, an approval without a good signature of its tagger is none.
 */
export function unmetRules(rules: StageRules, facts: StageFacts, file: string): UnmetRule[] {
  const at = (rule: RuleName, key: string = rule): Pick<UnmetRule, "rule" | "set"> => ({
    rule,
    set: `${file} stages.${facts.stage}.${key}`,
  });
  return [
    ...metricRules(rules, facts).map(({ key, ...unmet }) => ({ ...at("metrics", `metrics.${key}`), ...unmet })),
    ...signedRule(rules, facts).map((unmet) => ({ ...at("signed"), ...unmet })),
    ...requiredRule(rules, facts).map(({ rule, ...unmet }) => ({ ...at(rule), ...unmet })),
    ...approvalRule(rules, facts).map((unmet) => ({ ...at("approvals"), ...unmet })),
  ];
}

type Unmet = Pick<UnmetRule, "what" | "next">;

function metricRules({ metrics }: StageRules, { stage, model, version, metrics: found }: StageFacts) {
  return Object.entries(metrics).flatMap(([key, bound]): (Unmet & { key: string })[] => {
    const value = found.get(key);
    if (value !== undefined && holds(value, bound)) return [];
    const has = value === undefined ? "has no such metric" : `has ${value}`;
    const what = `${stage} needs ${key} ${bound.comparison} ${bound.value}, and ${model} ${version} ${has}`;
    return [{ key, what, next: "mv log, for a version that has it" }];
  });
}

function holds(value: number, { comparison, value: bound }: MetricBound): boolean {
  // A training that went wrong measures NaN or infinities, which may not pass for good ones.
  if (!Number.isFinite(value)) return false;
  if (comparison === ">=") return value >= bound;
  if (comparison === "<=") return value <= bound;
  if (comparison === ">") return value > bound;
  return comparison === "<" ? value < bound : value === bound;
}

function signedRule({ signed }: StageRules, { stage, release }: StageFacts): Unmet[] {
  if (!signed || release.fault === null) return [];
  const what = `${stage} needs ${release.tag} to be signed by its tagger, and ${release.fault}`;
  return [{ what, next: release.remedy }];
}

function requiredRule({ requires, min_days: days }: StageRules, facts: StageFacts): (Unmet & { rule: RuleName })[] {
  if (requires === null) return [];
  const { model, version, stage, release, required, now } = facts;
  const again = `mv promote ${release.tag} ${model}@${requires} -m WHY`;
  const ran = secondsOn(required, release.oid, now);
  if (ran === null) {
    const what = `${stage} needs ${model} ${version} to have run on ${requires}, and it has not`;
    return [{ rule: "requires", what, next: again }];
  }
  const missing = days * DAY - ran.seconds;
  if (missing <= 0) return [];
  const ahead = ran.since !== null && ran.since > now ? `, as its assignment says it is of ${showTime(ran.since)}` : "";
  const since = `it ran there for ${showDays(ran.seconds)}${ahead}`;
  const what = `${stage} needs ${model} ${version} to have run on ${requires} for ${count(days, "day")}, and ${since}`;
  const next = ran.since === null ? again : `repeat at ${showTime(Math.max(now, ran.since) + missing)} or later`;
  return [{ rule: "min_days", what, next }];
}

function approvalRule({ approvals: needed, signed }: StageRules, facts: StageFacts): Unmet[] {
  if (needed === 0) return [];
  const { model, version, stage, release, authors } = facts;
  const own = new Set(authors.map(sameAddress));
  const others = facts.approvals.filter(({ by }) => !own.has(sameAddress(by)));
  const counted = others.filter(({ fault }) => !signed || fault === null);
  const people = new Set(counted.map(({ by }) => sameAddress(by)));
  if (people.size >= needed) return [];
  const notes = [
    `it has ${people.size === 0 ? "none" : people.size} that counts`,
    ...(others.length < facts.approvals.length ? ["an author's own does not"] : []),
    ...others.flatMap(({ tag, fault }) => (signed && fault !== null ? [`not ${tag}: ${fault}`] : [])),
  ];
  const what = `${stage} needs ${count(needed, "approval")} of ${model} ${version} by others than its author, and ${notes.join("; ")}`;
  return [{ what, next: `mv approve ${release.tag} ${model}@${stage} -m WHY, by another person` }];
}

/** Addresses are compared as mail servers do in practice: without regard to case. */
export function sameAddress(address: string): string {
  return address.trim().toLowerCase();
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** Rounded down: 2.9 days are never "3 days". */
function showDays(seconds: number): string {
  const days = Math.floor((seconds / DAY) * 10) / 10;
  return days >= 1 ? count(days, "day") : count(Math.floor(seconds / 3600), "hour");
}

/** "2026-02-12 10:00 UTC", to the next full minute. */
function showTime(seconds: number): string {
  const time = new Date(Math.ceil(seconds / 60) * 60_000).toISOString();
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}
