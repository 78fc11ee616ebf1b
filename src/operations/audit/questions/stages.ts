// What ran where, at what share, and every change of that.
import { showRollout } from "../../../model/assignment.ts";
import type { Release } from "../../../model/release.ts";
import type { Standing } from "../../registry.ts";
import type { StageHistory, VersionFacts } from "../facts.ts";
import { moment } from "../moments.ts";
import { type Evidence, judge, type Missing, outside, tagEvidence, type Verdict } from "../verdict.ts";

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
    const stage = model.stages.at(0)?.word ?? "STAGE";
    return judge(set, {
      missing: [
        {
          what: "any assignment: where it runs is nowhere said",
          command: `mv promote ${release.tag} ${stage} -m WHY`,
        },
      ],
    });
  }
  const ran = histories
    .map((history) => ({ history, stays: staysOf(history, release.version) }))
    .filter(({ stays }) => stays.length > 0);
  return judge(set, {
    answer:
      ran.length === 0
        ? [`${release.version} never stood on a stage`]
        : ran.flatMap(({ history, stays }) => stays.map((stay) => stayWords(history.stage, stay))),
    missing: ran.flatMap(({ history, stays }) => unconfirmed(history, stays, release)),
    evidence: ran.flatMap(({ history, stays }) => [
      ...stays.map(({ from }) => tagEvidence(from)),
      ...history.confirmations.filter((confirmation) => confirmation.release === release.oid).map(tagEvidence),
    ]),
  });
}

/** What no deploy job said. Of a stay that is over nobody can say it any more. */
function unconfirmed(
  { stage, word, confirmations }: StageHistory,
  stays: readonly Stay[],
  { oid, tag }: Pick<Release, "oid" | "tag">,
): Missing[] {
  if (confirmations.some(({ release }) => release === oid)) return [];
  return stays.some(({ to }) => to === null)
    ? [{ what: `word from ${stage} that it really runs there`, command: `mv confirm ${word} --version ${tag}` }]
    : [{ what: `word from ${stage} that it really ran there` }];
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
