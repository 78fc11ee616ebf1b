// What goes in and comes out, the network between, and whether the number of the version says what changed.
import { namedValues, texts } from "../../../model/card.ts";
import { isMap, type Value } from "../../../model/value.ts";
import { bumpOf } from "../../../model/version.ts";
import { changeRows, changeText } from "../../diff/rows.ts";
import type { VersionFacts } from "../facts.ts";
import { judge, outside, recordEvidence, tagEvidence, type Verdict } from "../verdict.ts";

export function whichInputs({ record, release, featureSet, set }: VersionFacts): Verdict {
  const names = texts(record?.fields["features"]);
  const typed = featureSet?.columns ?? typedInputs(record?.fields["signature"]);
  const version = release.feature_set_version;
  const inputs = typed.length > 0 ? typed.map(({ name, type }) => `${name} (${type})`) : names;
  return judge(set, {
    answer: [
      ...(version === null ? [] : [`Feature set ${featureSet === null ? "" : `${featureSet.name} `}${version}`]),
      ...(inputs.length === 0 ? [] : [`In order: ${inputs.join(", ")}`]),
    ],
    missing: [
      ...(version === null ? [{ what: "the version of the feature set", field: "feature_set_version" }] : []),
      ...(typed.length > 0 ? [] : [{ what: "the inputs in order, with their types", field: "signature.inputs" }]),
    ],
    evidence: [
      recordEvidence(release),
      ...(featureSet === null ? [] : [{ kind: "file" as const, name: featureSet.path, id: featureSet.sha256 }]),
    ],
  });
}

function typedInputs(signature: Value | undefined): { name: string; type: string }[] {
  const inputs = isMap(signature) ? signature["inputs"] : undefined;
  if (isMap(inputs)) return namedValues(inputs).map(({ name, value }) => ({ name, type: value }));
  if (!Array.isArray(inputs)) return [];
  return (inputs as readonly Value[]).flatMap((item) => {
    const [name, type] = isMap(item) ? [texts(item["name"])[0], texts(item["type"])[0]] : [];
    return name === undefined || type === undefined ? [] : [{ name, type }];
  });
}

export function whichOutputs({ card, release, set }: VersionFacts): Verdict {
  return judge(set, {
    answer: [
      ...card.outputs.map(({ name, meaning }) => [name, meaning].filter(Boolean).join(": ")),
      ...card.thresholds.map(({ name, value }) => `Threshold${name === "" ? "" : ` of ${name}`} ${value}`),
    ],
    missing: [
      ...(card.outputs.length === 0 ? [{ what: "what the outputs mean", field: "outputs.NAME" }] : []),
      ...(card.thresholds.length === 0 ? [{ what: "where a decision is made of them", field: "thresholds.NAME" }] : []),
    ],
    evidence: [recordEvidence(release)],
  });
}

export function whichArchitecture({ card, changes, release, set }: VersionFacts): Verdict {
  const changed = changes?.other.find(({ key }) => key === "architecture" || key.startsWith("architecture."));
  const compared = changes === null || release.previous === null ? "" : release.previous.version;
  return judge(set, {
    answer:
      card.architecture === null
        ? []
        : [card.architecture, ...(compared === "" ? [] : [`${changed ? "Changed against" : "As in"} ${compared}`])],
    missing:
      card.architecture === null ? [{ what: "the architecture, and whether it changed", field: "architecture" }] : [],
    evidence: [recordEvidence(release)],
  });
}

/** The step that the features alone ask for: an input that went, or another order, breaks whoever calls the model. */
export function whyThisNumber({ release, changes, set }: VersionFacts): Verdict {
  const { bump, previous, model } = release;
  if (previous === null)
    return outside("not-applicable", "It is the first release of its line", [tagEvidence(release)]);
  const step = bumpOf(previous.version, release.version);
  // The reason is said already, and what else the record says has questions of its own.
  const rows = changes === null ? [] : changeRows({ ...changes, other: [] });
  const breaks = changes !== null && (changes.features.removed.length > 0 || changes.features.reordered);
  return judge(set, {
    answer: [
      `${bump} after ${previous.version}: ${firstLine(release.reason)}`,
      ...rows.map((row) => [row.section, row.thing, changeText(row)].filter(Boolean).join(" ")),
    ],
    missing: [
      ...(changes === null ? [{ what: `the record of ${previous.version}`, command: `mv verify --all` }] : []),
      ...(breaks && step !== "major"
        ? [
            {
              what: "why inputs went or moved in a step that is not major",
              command: `mv retract ${release.tag} -m WHY`,
            },
          ]
        : []),
    ],
    evidence: [tagEvidence(release), { kind: "tag", name: `${model} ${previous.version}`, id: previous.tag }],
  });
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").trim();
}
