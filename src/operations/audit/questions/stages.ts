// What ran where, at what share, and every change of that.
import { showRollout } from "../../../model/assignment.ts";
import type { Standing } from "../../registry.ts";
import type { StageHistory, VersionFacts } from "../facts.ts";
import { moment } from "../moments.ts";
import { type Evidence, judge, outside, tagEvidence, type Verdict } from "../verdict.ts";

/** A time during which a version had one share of a stage. */
interface Stay {
  weight: number;
  from: Standing;
  /** The assignment that ended it; null where it still stands. */
  to: Standing | null;
}

export function whatRanWhere({ model, release, set }: VersionFacts): Verdict {
  const histories = model.stages.filter(({ assignments }) => assignments.length > 0);
  if (histories.length === 0) {
    return judge(set, {
      missing: [
        { what: "any assignment: where it runs is nowhere said", command: `mv promote ${release.tag} STAGE -m WHY` },
      ],
    });
  }
  const stays = histories.map((history) => ({ history, stays: staysOf(history, release.version) }));
  const ran = stays.filter((item) => item.stays.length > 0);
  const unconfirmed = ran.filter(({ history, stays }) => !isConfirmed(history, stays, release.oid));
  return judge(set, {
    answer:
      ran.length === 0
        ? [`${release.version} never stood on a stage`]
        : ran.flatMap(({ history, stays: list }) => list.map((stay) => stayWords(history.stage, stay))),
    missing: unconfirmed.map(({ history }) => ({
      what: `word from ${history.stage} that it really ran there`,
      command: `mv confirm ${history.stage} --version ${release.tag}`,
    })),
    evidence: ran.flatMap(({ history, stays: list }) => [
      ...list.map(({ from }) => tagEvidence(from)),
      ...history.confirmations.filter(({ release: oid }) => oid === release.oid).map(tagEvidence),
    ]),
  });
}

/** The stays of a version on a stage, oldest first. Assignments are in the order of their numbers, whatever the clocks say. */
function staysOf({ assignments }: StageHistory, version: string): Stay[] {
  const ordered = assignments.toReversed();
  const stays: Stay[] = [];
  for (const [at, from] of ordered.entries()) {
    const weight = from.rollout.find((share) => share.version === version)?.weight ?? 0;
    const before = stays.at(-1);
    if (before && before.to === from && before.weight === weight) before.to = ordered[at + 1] ?? null;
    else if (weight > 0) stays.push({ weight, from, to: ordered[at + 1] ?? null });
  }
  return stays;
}

function stayWords(stage: string, { weight, from, to }: Stay): string {
  const start = `${weight} % of ${stage} from ${moment(from.tagger)}`;
  return to === null ? `${start}, still` : `${start} to ${moment(to.tagger)}`;
}

function isConfirmed({ confirmations }: StageHistory, stays: readonly Stay[], release: string): boolean {
  return stays.length > 0 && confirmations.some((confirmation) => confirmation.release === release);
}

export function whichChanges({ model, release, set }: VersionFacts): Verdict {
  const changes = model.stages.flatMap((history) => changesOf(history, release.version));
  if (changes.length === 0) return outside("not-applicable", `${release.version} never stood on a stage`);
  return judge(set, {
    answer: changes.map(({ words }) => words),
    missing: changes.flatMap(({ silent }) => (silent === null ? [] : [{ what: `why ${silent} was made` }])),
    evidence: changes.map(({ evidence }) => evidence),
  });
}

function changesOf(
  { stage, assignments }: StageHistory,
  version: string,
): { words: string; silent: string | null; evidence: Evidence }[] {
  return assignments.toReversed().flatMap((standing, at, ordered) => {
    const before = ordered[at - 1]?.rollout ?? [];
    const shares = [standing.rollout, before].map(
      (list) => list.find((share) => share.version === version)?.weight ?? 0,
    );
    if (shares.every((weight) => weight === 0)) return [];
    const by = standing.tagger === null ? "" : ` by ${standing.tagger.name} <${standing.tagger.email}>`;
    const kind = standing.returns === null ? "" : `, back to ${standing.returns.assignment}`;
    const reason = standing.reason.trim();
    const words = `${stage} ${moment(standing.tagger)}${by}: ${rolloutWords(before)} -> ${rolloutWords(standing.rollout)}${kind}${reason === "" ? "" : `: ${firstLine(reason)}`}`;
    return [{ words, silent: reason === "" ? standing.tag : null, evidence: tagEvidence(standing) }];
  });
}

function rolloutWords(rollout: Standing["rollout"]): string {
  return rollout.length === 0 ? "nothing" : showRollout(rollout);
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
