// Whether the file is safe to load, whether history was rewritten, and whether old versions are kept.
import type { VersionFacts } from "../facts.ts";
import { judge, type Missing, recordEvidence, tagEvidence, type Verdict } from "../verdict.ts";

/** A history that was rewritten has a problem for each of its tags. */
const MOST_PROBLEMS = 10;

export function isItSafe({ card, release, set }: VersionFacts): Verdict {
  const { tool, version, result } = card.scan;
  return judge(set, {
    answer: [
      ...(tool === null ? [] : [`Scanned by ${tool}${version === null ? "" : ` ${version}`}`]),
      ...(result === null ? [] : [`Result: ${result}`]),
    ],
    missing: [
      ...(tool === null ? [{ what: "a scan of the file", field: "scan.tool" }] : []),
      ...(version === null ? [{ what: "the scanner's version", field: "scan.version" }] : []),
      ...(result === null ? [{ what: "what it found", field: "scan.result" }] : []),
    ],
    evidence: [recordEvidence(release)],
  });
}

export function isHistoryWhole({ model, release, set }: VersionFacts): Verdict {
  const shown = model.problems.slice(0, MOST_PROBLEMS);
  const more = model.problems.length - shown.length;
  const sealer = model.releases.find(({ seal }) => seal?.tag === release.oid);
  return judge(set, {
    answer: [
      ...(model.problems.length === 0
        ? [
            "Every release and event that a later tag names is where it was, none is older than what it names, and records are as sealed",
          ]
        : []),
      sealer === undefined
        ? "No later release seals it yet: the copy in a store is the second witness"
        : `Sealed by ${sealer.version}`,
    ],
    missing: [
      ...shown.map(({ what, message, hint }): Missing => ({ what: `${what} ${message}`, command: hint })),
      ...(more > 0 ? [{ what: `${more} more of the kind`, command: "mv verify --all" }] : []),
    ],
    evidence: [tagEvidence(release), ...(sealer === undefined ? [] : [tagEvidence(sealer)])],
  });
}

export function isItKept({ model, card, release, retraction, bytes, set }: VersionFacts): Verdict {
  const retired = [...model.retractions.values()].map(({ version, reason }) => `${version} (${firstLine(reason)})`);
  const absent = bytes === null ? null : bytes.absent.length;
  return judge(set, {
    answer: [
      retired.length === 0 ? "No version is retracted" : `Retracted: ${retired.join(", ")}`,
      ...(card.retention === null ? [] : [`Kept for ${card.retention}`]),
      ...(absent === 0 ? ["All bytes are here: it can be restored"] : []),
    ],
    missing: [
      ...(card.retention === null ? [{ what: "how long versions are kept", field: "retention" }] : []),
      ...(absent === null ? [{ what: "a try to restore it", command: `mv verify ${release.tag}` }] : []),
      ...(absent !== null && absent > 0
        ? [{ what: `${absent} objects that are not here`, command: `mv fetch ${release.tag}` }]
        : []),
    ],
    evidence: [tagEvidence(release), ...(retraction === null ? [] : [tagEvidence(retraction)])],
  });
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").trim();
}
