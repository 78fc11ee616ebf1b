import type { AddResult } from "../../operations/add.ts";
import type { DescribedModel } from "../../operations/add/describe-model.ts";
import { bytes, printable, short, table } from "../terminal.ts";

export function addView(result: AddResult): { out: string; notes: string[] } {
  const lines = result.artifacts.map((artifact) => {
    const about = artifact.role === "model" ? result.models.map(declared).join(", ") : artifact.role;
    return [
      printable(artifact.path),
      artifact.changed ? about : `${about}, unchanged`,
      bytes(artifact.size),
      short(artifact.sha256),
    ];
  });
  return { out: table(lines), notes: result.models.flatMap(notes) };
}

function declared(model: DescribedModel): string {
  const moved = model.from !== null && model.from !== model.version;
  const changed = model.overwritesRelease || model.overwritesDraft;
  return `${model.model} ${moved ? `${model.from} -> ` : ""}${model.version}${changed ? ", changed" : ""}`;
}

function notes(model: DescribedModel): string[] {
  const lines: string[] = [];
  if (model.dropped.length > 0) lines.push(`Dropped with the old bytes: ${model.dropped.join(", ")}.`);
  if (model.kept.length > 0) lines.push(`Kept: ${model.kept.join(", ")}.`);
  const trained = model.datasets.map((dataset) => `${printable(dataset.path)} ${short(dataset.sha256)}`).join(", ");
  const sentences = [
    ...(trained !== "" && model.from === null ? [`Trained on ${trained}.`] : []),
    ...(model.captured !== null && model.from === null ? [`Captured ${model.captured}.`] : []),
  ];
  if (sentences.length > 0) lines.push(sentences.join(" "));
  if (model.overwritesRelease)
    lines.push(`${model.version} is released. Next: ${model.nextTag} -a -m WHY, or mv bump draft`);
  else if (model.overwritesDraft)
    lines.push(`${model.version} is committed with other bytes. Next: ${model.nextTag} -a -m WHY, or mv bump draft`);
  else if (model.from === null) lines.push(`Next: git commit, or ${model.nextTag} -m WHY`);
  return lines;
}
