// What the bytes were made of: code, data, settings, libraries, other models.
import { namedValues, oneText } from "../../../model/card.ts";
import { isMap } from "../../../model/value.ts";
import type { VersionFacts } from "../facts.ts";
import { commitEvidence, judge, type Missing, recordEvidence, type Verdict } from "../verdict.ts";

export function whichCode({ record, release, trained, set }: VersionFacts): Verdict {
  const said = record?.fields["trained"];
  const dirty = isMap(said) ? said["dirty"] : undefined;
  const run = isMap(said) ? oneText(said["run"]) : null;
  const missing: Missing[] = [];
  if (trained === null) missing.push({ what: "the commit that the training ran at", field: "trained.commit" });
  else if (!trained.isHere) {
    missing.push({ what: `commit ${trained.commit}, which is not in this clone`, command: "git fetch --all" });
  }
  if (typeof dirty !== "boolean") missing.push({ what: "whether files had changes then", field: "trained.dirty" });
  else if (dirty) missing.push({ what: "the changes that were not committed when it was trained" });
  return judge(set, {
    answer: [
      `Released from commit ${release.commit}`,
      ...(trained === null ? [] : [`Trained at commit ${trained.commit}`]),
      ...(typeof dirty === "boolean" ? [dirty ? "With changes that were not committed" : "From a clean tree"] : []),
      ...(run === null ? [] : [`Run ${run}`]),
    ],
    missing,
    evidence: [
      commitEvidence(release.commit),
      ...(trained?.isHere ? [commitEvidence(trained.commit)] : []),
      recordEvidence(release),
    ],
  });
}

export function whichData({ release, card, set }: VersionFacts): Verdict {
  const { datasets, dataset_snapshot_id: snapshot } = release;
  const { source, split } = card.training_data;
  const elsewhere = datasets.filter(({ kind }) => kind === "external").map(({ path }) => path);
  return judge(set, {
    answer: [
      ...(snapshot === null ? [] : [`Snapshot ${snapshot}`]),
      ...datasets.map(({ path, size, sha256 }) => `${path}: ${size} bytes, SHA-256 ${sha256}`),
      ...(elsewhere.length > 0 ? [`Known by an id only, as the bytes are elsewhere: ${elsewhere.join(", ")}`] : []),
      ...(source === null ? [] : [`Source: ${source}`]),
      ...(split === null ? [] : [`Split: ${split}`]),
    ],
    missing: [
      ...(snapshot === null && datasets.length === 0
        ? [{ what: "the training data", command: "mv add DATA --dataset" }]
        : []),
      ...(source === null ? [{ what: "where the data comes from", field: "training_data.source" }] : []),
      ...(split === null ? [{ what: "how it was split", field: "training_data.split" }] : []),
    ],
    evidence: [
      ...datasets.map(({ path, sha256 }) => ({ kind: "object" as const, name: path, id: sha256 })),
      recordEvidence(release),
    ],
  });
}

const SEED = /(?:^|[._-])(?:seed|random_?state)$/i;

export function whichSettings({ record, release, set }: VersionFacts): Verdict {
  const parameters = namedValues(record?.fields["hyperparameters"]);
  const hasSeed = parameters.some(({ name }) => SEED.test(name));
  return judge(set, {
    answer: parameters.map(({ name, value }) => `${name} ${value}`),
    missing: [
      ...(parameters.length === 0
        ? [{ what: "the hyperparameters", command: "mv add FILE --params params.yaml" }]
        : []),
      ...(hasSeed ? [] : [{ what: "the random seed, or that there is none", field: "hyperparameters.seed" }]),
    ],
    evidence: [recordEvidence(release)],
  });
}

const HARDWARE = /^(?:hardware|gpu|cuda|accelerator|cpu|device|machine)/i;

export function whichSoftware({ record, release, set }: VersionFacts): Verdict {
  const libraries = namedValues(record?.fields["library_versions"]);
  const environment = namedValues(record?.fields["environment"]);
  const hasHardware = environment.some(({ name }) => HARDWARE.test(name));
  return judge(set, {
    answer: [...libraries, ...environment].map(({ name, value }) => `${name} ${value}`),
    missing: [
      ...(libraries.length === 0
        ? [{ what: "the libraries of the training", command: set.replace("mv set", "mv capture") }]
        : []),
      ...(hasHardware ? [] : [{ what: "the hardware", field: "environment.hardware" }]),
    ],
    evidence: [recordEvidence(release)],
  });
}

export function whichOrigin({ card, release, set }: VersionFacts): Verdict {
  const { base_model: base, license } = card;
  return judge(set, {
    answer: [
      ...(base === null ? [] : [base === "none" ? "Made from no other model" : `Made from ${base}`]),
      ...(license === null ? [] : [`License ${license}`]),
    ],
    missing: [
      ...(base === null ? [{ what: "the model that it was made from, or none", field: "base_model" }] : []),
      ...(license === null ? [{ what: "the license", field: "license" }] : []),
    ],
    evidence: [recordEvidence(release)],
  });
}
