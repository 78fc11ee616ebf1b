import type { AddedArtifact, AddResult } from "../../operations/add.ts";
import type { DescribedModel } from "../../operations/add/describe-model.ts";
import type { Here } from "../here.ts";
import { bytes, printable, short, table } from "../terminal.ts";
import { amount } from "./fetch.ts";
import { overwritingNotes } from "./overwriting.ts";

export function addView(result: AddResult, here: Here): { out: string; notes: string[] } {
  const rows = result.artifacts.map((artifact) => [
    here.shown(artifact.path),
    artifact.changed ? about(artifact, result.models) : `${about(artifact, result.models)}, unchanged`,
    bytes(artifact.size),
    short(artifact.sha256),
  ]);
  return {
    out: table(rows),
    notes: [
      ...sentNotes(result),
      ...result.models.flatMap((model) => descriptionNotes(model, result.models.length > 1, here)),
      ...result.waiting.map((path) => `${here.shown(path)} is for the next training: mv add of its model links it.`),
      ...nextNotes(result.models),
    ],
  };
}

/** Where the bytes are that the cache has no copy of. */
function sentNotes({ artifacts }: AddResult): string[] {
  const sent = artifacts.flatMap((artifact) => artifact.sent ?? []);
  const [first] = sent;
  if (first === undefined) return [];
  const objects = sent.reduce((sum, each) => sum + each.objects, 0);
  const size = sent.reduce((sum, each) => sum + each.bytes, 0);
  const name = printable(first.remote);
  return [objects === 0 ? `${name} had it already` : `Sent ${amount(objects, size)} to ${name}, past the cache`];
}

function about(artifact: AddedArtifact, models: readonly DescribedModel[]): string {
  if (artifact.role !== "model") return artifact.role;
  return models
    .filter(({ model }) => artifact.models.includes(model))
    .map((model) => (artifact.changed && model.overwrites !== null ? `${declared(model)}, changed` : declared(model)))
    .join(", ");
}

function declared({ model, from, version }: DescribedModel): string {
  return `${model} ${from !== null && from !== version ? `${from} -> ` : ""}${version}`;
}

/** What happened to the metadata, with the model's name in front where several are concerned. */
function descriptionNotes(model: DescribedModel, several: boolean, here: Here): string[] {
  const { dropped, kept, back, datasets, captured } = model;
  const isNew = model.from === null || model.relinked;
  const trained = datasets.map(({ path, sha256 }) => `${here.shown(path)} ${short(sha256)}`).join(", ");
  const facts = [
    ...(trained !== "" && isNew ? [`Trained on ${trained}.`] : []),
    ...(captured !== null && model.from === null ? [`Captured ${captured}.`] : []),
  ];
  const lines = [
    ...(model.recorded && !model.changed && !model.relinked
      ? ["The record has what was given; the bytes are as before."]
      : []),
    ...(back ? [`The bytes of ${model.version} again: the record is as committed.`] : []),
    ...(dropped.length > 0 ? [`Dropped with the old bytes: ${dropped.join(", ")}.`] : []),
    ...(kept.length > 0 ? [`Kept: ${kept.join(", ")}.`] : []),
    ...(facts.length > 0 ? [facts.join(" ")] : []),
  ];
  return several ? lines.map((line) => `${model.model}: ${line}`) : lines;
}

function nextNotes(models: readonly DescribedModel[]): string[] {
  const first = models.flatMap(({ overwrites, next }) =>
    overwrites === null && next !== null ? [`Next: git commit, or ${next.tag}`] : [],
  );
  return [...overwritingNotes(models), ...first];
}
