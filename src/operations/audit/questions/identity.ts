// Which models there are, which version this is, and whether its bytes are what they were.
import { day } from "../moments.ts";
import type { VersionFacts } from "../facts.ts";
import { commitEvidence, judge, outside, recordEvidence, tagEvidence, type Verdict } from "../verdict.ts";

export function whichModels({ models, model: { model }, set }: VersionFacts): Verdict {
  const answer = models.map(({ model: name, releases, newest, status }) => {
    const state = status ?? (releases === 0 ? "not released" : "released");
    return `${name}: ${state}, ${releases} release${releases === 1 ? "" : "s"}${newest === null ? "" : `, the newest ${newest}`}`;
  });
  const silent = models.some(({ model: name, status }) => name === model && status === null);
  return judge(set, { answer, missing: silent ? [{ what: `the status of ${model}`, field: "status" }] : [] });
}

export function whichVersion({ release, retraction, set }: VersionFacts): Verdict {
  const { model, version, tagger, previous, bump, seal } = release;
  const after = previous === null ? "the first release of its line" : `a ${bump} step after ${previous.version}`;
  return judge(set, {
    answer: [
      `${model} ${version}, released ${day(tagger)} by ${tagger.name} <${tagger.email}>, ${after}`,
      ...(seal === null ? [] : [`It seals ${seal.version}`]),
      ...(retraction === null ? [] : [`Retracted: ${retraction.reason.trim()}`]),
    ],
    evidence: [
      tagEvidence(release),
      commitEvidence(release.commit),
      ...(previous === null ? [] : [{ kind: "tag" as const, name: `${model} ${previous.version}`, id: previous.tag }]),
      ...(retraction === null ? [] : [tagEvidence(retraction)]),
    ],
  });
}

export function whichBytes({ release, set }: VersionFacts): Verdict {
  const { artifacts, content } = release;
  return judge(set, {
    answer: [
      `Content ${content}`,
      ...artifacts.map(({ path, kind, size, sha256 }) => `${path}: ${kind}, ${size} bytes, SHA-256 ${sha256}`),
    ],
    evidence: [tagEvidence(release), ...artifacts.map(({ path, sha256 }) => objectEvidence(path, sha256))],
  });
}

export function stillTheSame({ release, bytes, set }: VersionFacts): Verdict {
  const listed = [...release.artifacts, ...release.datasets];
  const kept = listed.filter(({ kind }) => kind !== "external");
  if (kept.length === 0)
    return outside("not-from-git", "All bytes are kept elsewhere: only that place can re-read them");
  if (bytes === null) {
    return judge(set, { missing: [{ what: "a check of the bytes", command: `mv verify ${release.tag}` }] });
  }
  const absent = [...new Set(bytes.absent.map(({ path }) => path))];
  const whole = kept.filter(({ path }) => !absent.includes(path));
  return judge(set, {
    answer:
      bytes.checked === 0
        ? []
        : [`Read and hashed on ${bytes.date}: ${bytes.checked} ${bytes.checked === 1 ? "object" : "objects"}`],
    missing: [
      ...bytes.problems.map(({ message, hint }) => ({ what: message, command: hint })),
      ...(absent.length > 0
        ? [{ what: `bytes that are not here: ${absent.join(", ")}`, command: `mv fetch ${release.tag}` }]
        : []),
    ],
    evidence: whole.map(({ path, sha256 }) => objectEvidence(path, sha256)),
  });
}

function objectEvidence(name: string, id: string): { kind: "object"; name: string; id: string } {
  return { kind: "object", name, id };
}

/** Whether tag, commit, record and pointers agree: the ground that every other answer stands on. */
export function recordIsSealed({ record, release }: VersionFacts): Verdict | null {
  if (record !== null) return null;
  return judge("", {
    missing: [
      {
        what: `the record: the one at its commit is not the one that its tag sealed`,
        command: `mv verify ${release.tag}`,
      },
    ],
    evidence: [recordEvidence(release)],
  });
}
