// What the model is for, where it fails, and what was measured.
import type { Measure } from "../../../model/card.ts";
import type { VersionFacts } from "../facts.ts";
import { dayOf } from "../moments.ts";
import { type Evidence, judge, type Missing, recordEvidence, tagEvidence, type Verdict } from "../verdict.ts";

const PURPOSE = [
  ["purpose", "Purpose", "what it is for"],
  ["users", "Users", "who uses it"],
  ["restrictions", "Not for", "what it must not be used for"],
] as const;

export function whatFor({ card, release, set }: VersionFacts): Verdict {
  const said = PURPOSE.filter(([field]) => card[field].length > 0);
  const silent = PURPOSE.filter(([field]) => card[field].length === 0);
  return judge(set, {
    answer: said.map(([field, label]) => `${label}: ${card[field].join("; ")}`),
    missing: silent.map(([field, , what]) => ({ what, field })),
    evidence: [recordEvidence(release)],
  });
}

export function whichLimits({ card, release, set }: VersionFacts): Verdict {
  const missing = card.limits.length === 0 ? [{ what: "known limits", field: "limits" }] : [];
  return judge(set, { answer: card.limits, missing, evidence: [recordEvidence(release)] });
}

export function whatMeasured({ card, release, evaluationData, set }: VersionFacts): Verdict {
  const { evaluation, measures } = card;
  const whole = measures.filter(({ slice }) => slice === null);
  const data = evaluationData.map(({ path, sha256 }): Evidence => ({ kind: "object", name: path, id: sha256 }));
  return judge(set, {
    answer: [
      ...measures.map(shown),
      ...(evaluation.data === null ? [] : [`Test data: ${evaluation.data}`]),
      ...evaluationData.map(({ path, sha256 }) => `Test data ${path}, SHA-256 ${sha256}`),
    ],
    missing: [
      ...(whole.length === 0 ? [{ what: "metrics", field: "metrics.NAME" }] : []),
      ...(evaluation.data === null && data.length === 0
        ? [{ what: "the test data", command: "mv add TEST-DATA --role evaluation" }]
        : []),
      ...(measures.some(({ slice }) => slice !== null)
        ? []
        : [{ what: "metrics on parts of the data", field: "slices.PART.METRIC" }]),
      ...(whole.some(({ interval }) => interval !== null)
        ? []
        : [{ what: "confidence intervals", field: "confidence_intervals.METRIC" }]),
    ],
    evidence: [recordEvidence(release), ...data],
  });
}

function shown({ metric, value, slice, interval }: Measure): string {
  const where = slice === null ? "" : ` on ${slice}`;
  return `${metric}${where} ${value}${interval === null ? "" : ` (${interval.low} to ${interval.high})`}`;
}

export function whichReport({ card, release, report, signature, set }: VersionFacts): Verdict {
  const { evaluation } = card;
  const isFile = evaluation.report !== null && !/^[a-z][a-z0-9+.-]*:/i.test(evaluation.report);
  const isSigned = signature.check?.state === "good";
  const missing: Missing[] = [];
  if (evaluation.report === null) missing.push({ what: "a test report", field: "evaluation.report" });
  else if (!isFile) missing.push({ what: "the report itself, which no commit holds", field: "evaluation.report" });
  else if (report === null)
    missing.push({ what: `${evaluation.report}, which is not in the commit`, command: `git add ${evaluation.report}` });
  if (dayOf(evaluation.date) === null) missing.push({ what: "the day of the test", field: "evaluation.date" });
  if (!isSigned) {
    missing.push({
      what: "a signature that holds over the commit with the report",
      command: "git config tag.gpgSign true",
    });
  }
  return judge(set, {
    answer: [
      ...(evaluation.report === null ? [] : [evaluation.report]),
      ...(evaluation.date === null ? [] : [`Of ${evaluation.date}`]),
      ...(isSigned ? [`Under the signature of ${signature.check?.principal ?? "the tagger"} over ${release.tag}`] : []),
    ],
    missing,
    evidence: [
      ...(report === null ? [] : [{ kind: "file" as const, name: report.path, id: report.sha256 }]),
      tagEvidence(release),
    ],
  });
}

export function isItFair({ card, release, set }: VersionFacts): Verdict {
  return judge(set, {
    answer: [...card.fairness, ...(card.sensitive_data === null ? [] : [`Sensitive data: ${card.sensitive_data}`])],
    missing: [
      ...(card.fairness.length === 0 ? [{ what: "what was found for groups of people", field: "fairness" }] : []),
      ...(card.sensitive_data === null
        ? [{ what: "whether sensitive data went into it", field: "sensitive_data" }]
        : []),
    ],
    evidence: [recordEvidence(release)],
  });
}
