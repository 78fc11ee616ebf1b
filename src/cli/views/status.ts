import type { ArtifactStatus, ModelStatus, StatusResult } from "../../operations/status.ts";
import { printable, table } from "../terminal.ts";

export function statusView(result: StatusResult): { out: string; notes: string[] } {
  const models = result.models.map(modelLine);
  const artifacts = result.artifacts.map((artifact) => [printable(artifact.path), artifact.role, stateOf(artifact)]);
  const parts = [table(models), ...(artifacts.length > 0 ? [table(artifacts, "  ")] : [])];
  return { out: parts.join("\n"), notes: notes(result) };
}

function modelLine(model: ModelStatus): string[] {
  if (model.declared === null) return [model.model, "nothing added yet"];
  const facts = [
    model.released ? "released" : "not released",
    ...(model.uncommitted ? ["not committed"] : []),
    ...(model.stale ? ["record describes other bytes"] : []),
    ...(model.local_only.length > 0 ? [`only on this machine: ${model.local_only.join(", ")}`] : []),
  ];
  return [model.model, model.declared, facts.join("; ")];
}

function stateOf(artifact: ArtifactStatus): string {
  switch (artifact.state) {
    case "other-version":
      return `pointer moved, bytes are those of ${printable(artifact.holds ?? "a draft")}`;
    case "absent":
      return artifact.stored ? "absent, in the cache" : "absent, not in the cache";
    default:
      return artifact.state;
  }
}

function notes(result: StatusResult): string[] {
  const lines: string[] = [];
  if (result.conflicts.length > 0)
    lines.push(
      `In conflict: ${result.conflicts.map(printable).join(", ")}. Next: mv merge --ours, or mv merge --theirs`,
    );
  const paths = (state: string): string =>
    result.artifacts
      .filter((artifact) => artifact.state === state)
      .map((artifact) => printable(artifact.path))
      .join(" ");
  for (const model of result.models) {
    for (const path of model.moved_datasets)
      lines.push(`${printable(path)} has changed since ${model.model} was trained on it.`);
    if (model.stale) lines.push(`The record of ${model.model} describes other bytes. Next: mv add its artifacts again`);
  }
  if (paths("modified") !== "")
    lines.push(`Changed on disk. Next: mv add ${paths("modified")}, or mv restore ${paths("modified")} --force`);
  if (paths("other-version") !== "") lines.push(`Next: mv restore ${paths("other-version")}`);
  const absent = result.artifacts.filter((artifact) => artifact.state === "absent" && artifact.stored);
  if (absent.length > 0) lines.push(`Next: mv restore ${absent.map((artifact) => printable(artifact.path)).join(" ")}`);
  return lines;
}
