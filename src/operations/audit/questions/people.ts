// Who made it, who answers for it, who checked it, who approved it, and by whose keys.
import { sameAddress } from "../../../model/stage-rules.ts";
import type { Person, SignatureFact, VersionFacts } from "../facts.ts";
import { dayOf, moment } from "../moments.ts";
import { judge, type Missing, recordEvidence, tagEvidence, type Verdict } from "../verdict.ts";

export function whoIsWho({ release, card, authors, set }: VersionFacts): Verdict {
  const makers: Person[] = [release.tagger, ...authors];
  const { owner } = card;
  const validator = card.validation.by;
  const isMaker = (who: string): boolean => makers.some((person) => isSamePerson(person, who));
  return judge(set, {
    answer: [
      ...(owner === null ? [] : [`Owner: ${owner}`]),
      `Made by ${[...new Set(makers.map(({ name, email }) => `${name} <${email}>`))].join(", ")}`,
      ...(validator === null ? [] : [`Validated by ${validator}`]),
    ],
    missing: [
      ...(owner === null ? [{ what: "the owner", field: "owner" }] : []),
      ...(validator === null ? [{ what: "who validated it", field: "validation.by" }] : []),
      ...(validator !== null && isMaker(validator)
        ? [{ what: "a validator who did not make it", field: "validation.by" }]
        : []),
    ],
    evidence: [tagEvidence(release), recordEvidence(release)],
  });
}

/** Whether a text such as "Ben <ben@example.org>", an address or a name means the person. */
function isSamePerson({ name, email }: Person, text: string): boolean {
  const [, address] = /<([^<>]*)>/.exec(text) ?? [];
  const said = sameAddress(address ?? text);
  return said === sameAddress(email) || (address === undefined && said === sameAddress(name));
}

export function whoApproved({ approvals, authors, release, model, set }: VersionFacts): Verdict {
  const { tag, oid } = release;
  const makers = new Set([release.tagger, ...authors].map(({ email }) => sameAddress(email)));
  const valid = approvals.filter(({ approval }) => approval.release === oid);
  const others = valid.filter(({ approval }) => !makers.has(sameAddress(approval.tagger.email)));
  const stage = model.stages.at(-1)?.word ?? "STAGE";
  return judge(set, {
    answer: valid.map(({ approval, signature }) => {
      const { name, email } = approval.tagger;
      return `For ${approval.stage}: ${name} <${email}>, ${moment(approval.tagger)}, ${signedWords(signature)}`;
    }),
    missing: [
      ...(valid.length === 0 ? [{ what: "an approval", command: `mv approve ${tag} ${stage} -m WHY` }] : []),
      ...(valid.length > 0 && others.length === 0
        ? [{ what: "an approval by somebody who did not make it", command: `mv approve ${tag} ${stage} -m WHY` }]
        : []),
    ],
    evidence: valid.map(({ approval }) => tagEvidence(approval)),
  });
}

export function whoSigned({ release, signature, set }: VersionFacts): Verdict {
  const { check, why } = signature;
  const missing = (what: string, command: string): Verdict =>
    judge(set, { missing: [{ what, command }], evidence: [tagEvidence(release)] });
  if (check === null) return missing(why, `mv verify --signatures ${release.tag}`);
  if (check.state === "unsigned") {
    return missing(
      "a signature: a released tag stays as it is, the next one can be signed",
      "git config tag.gpgSign true",
    );
  }
  if (check.state !== "good")
    return missing(check.why ?? "a signature that holds", `mv verify --signatures ${release.tag}`);
  return judge(set, {
    answer: [`${release.tag}: ${signedWords(signature)}`, ...(check.expired ? ["The key has expired since"] : [])],
    evidence: [tagEvidence(release)],
  });
}

function signedWords({ check, why }: SignatureFact): string {
  if (check === null) return `signature not checked: ${why}`;
  if (check.state === "unsigned") return "unsigned";
  if (check.state !== "good") return `its signature does not hold: ${check.why ?? check.state}`;
  return `signed by ${check.principal ?? "the tagger"} with ${check.kind ?? "a"} key ${check.key ?? "unknown"}`;
}

export function whenChecked({ card, approvals, release, model, today, set }: VersionFacts): Verdict {
  const { date, next, expires } = card.validation;
  const missing: Missing[] = [];
  if (dayOf(date) === null) missing.push({ what: "the day of the validation", field: "validation.date" });
  const due = dayOf(next);
  if (due === null) missing.push({ what: "when it is due again", field: "validation.next" });
  else if (due < today) missing.push({ what: `the validation that was due on ${due}`, field: "validation.date" });
  const end = dayOf(expires);
  if (end === null) missing.push({ what: "until when it may run", field: "validation.expires" });
  else if (end < today)
    missing.push({
      what: `leave to run: it ended on ${end}${standsNow(model.stages, release.version)}`,
      field: "validation.expires",
    });
  return judge(set, {
    answer: [
      ...(date === null ? [] : [`Validated ${date}`]),
      ...(next === null ? [] : [`Due again ${next}`]),
      ...(expires === null ? [] : [`May run until ${expires}`]),
      ...approvals.map(({ approval }) => `Approved for ${approval.stage} ${moment(approval.tagger)}`),
    ],
    missing,
    evidence: [recordEvidence(release), ...approvals.map(({ approval }) => tagEvidence(approval))],
  });
}

function standsNow(stages: VersionFacts["model"]["stages"], version: string): string {
  const on = stages.filter(({ assignments: [now] }) => now?.rollout.some((share) => share.version === version));
  return on.length === 0 ? "" : `, and it stands on ${on.map(({ stage }) => stage).join(", ")}`;
}
