// The modelCard of a CycloneDX component. It allows no keys of our own: what has no place there is a property.
import { dataRef, type Properties, properties } from "./components.ts";
import type { ExportDocument } from "./document.ts";

const APPROACHES = ["supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised"];

export function cyclonedxCard(document: ExportDocument): object {
  const { card, release, record } = document;
  const approach = record.fields["approach"];
  const considerations = considerationsOf(document);
  const metrics = card.measures.map(({ metric, value, slice, interval }) => ({
    type: metric,
    value,
    ...(slice === null ? {} : { slice }),
    ...(interval === null ? {} : { confidenceInterval: { lowerBound: interval.low, upperBound: interval.high } }),
  }));
  return {
    modelParameters: {
      ...(typeof approach === "string" && APPROACHES.includes(approach) ? { approach: { type: approach } } : {}),
      ...(card.task === null ? {} : { task: card.task }),
      ...(card.architecture === null ? {} : { modelArchitecture: card.architecture }),
      datasets: release.datasets.map(({ path }) => ({ ref: dataRef(path) })),
      ...(card.outputs.length === 0 ? {} : { outputs: card.outputs.map(outputOf) }),
    },
    ...(metrics.length === 0 ? {} : { quantitativeAnalysis: { performanceMetrics: metrics } }),
    ...(Object.keys(considerations).length === 0 ? {} : { considerations }),
    properties: properties(ownFacts(document)),
  };
}

function outputOf({ name, meaning }: { name: string; meaning: string }): { format: string } {
  return { format: [name, meaning].filter(Boolean).join(": ") };
}

function considerationsOf({ card }: ExportDocument): Record<string, unknown> {
  const concerns = [
    ...card.fairness,
    ...(card.sensitive_data === null ? [] : [`Sensitive data: ${card.sensitive_data}`]),
  ];
  const limits = [...card.limits, ...card.restrictions.map((text) => `Not for: ${text}`)];
  return {
    ...(card.users.length === 0 ? {} : { users: card.users }),
    ...(card.purpose.length === 0 ? {} : { useCases: card.purpose }),
    ...(limits.length === 0 ? {} : { technicalLimitations: limits }),
    ...(concerns.length === 0 ? {} : { ethicalConsiderations: concerns.map((name) => ({ name })) }),
  };
}

function ownFacts({ card, features, hyperparameters }: ExportDocument): Properties {
  return [
    ...features.map((name): Properties[number] => ["feature", name]),
    ...hyperparameters.map(({ name, value }): Properties[number] => [`hyperparameter.${name}`, value]),
    ...card.thresholds.map(({ name, value }): Properties[number] => [`threshold.${name}`, value]),
    ["evaluation_data", card.evaluation.data],
    ["evaluation_report", card.evaluation.report],
    ["training_source", card.training_data.source],
    ["training_split", card.training_data.split],
    ["validated_by", card.validation.by],
    ["validation_date", card.validation.date],
    ["next_validation", card.validation.next],
    ["expires", card.validation.expires],
  ];
}
