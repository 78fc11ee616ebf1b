import type { ArtifactStatus, ModelStatus, StatusResult } from "../../operations/status.ts";
import type { Here } from "../here.ts";
import { printable, table } from "../terminal.ts";
import { differenceWords } from "./artifact-state.ts";
import { overwritingNotes } from "./overwriting.ts";

/** More paths than this make no command that a person would type. */
const MOST_PATHS = 5;

export function statusView(result: StatusResult, here: Here): { out: string; notes: string[] } {
  const artifacts = result.artifacts.map((item) => [
    here.shown(item.path),
    item.role,
    stateOf(item, result.models.length),
  ]);
  const parts = [
    table(result.models.map((model) => modelRow(model, result))),
    ...(artifacts.length > 0 ? [table(artifacts, "  ")] : []),
  ];
  return { out: parts.join("\n"), notes: notes(result, here) };
}

function modelRow(model: ModelStatus, { broken, incomplete }: StatusResult): string[] {
  if (broken.some(({ path }) => path === model.record)) return [model.model, "record cannot be read"];
  if (model.declared === null) return [model.model, "nothing added yet"];
  const facts = [
    releaseFact(model, incomplete),
    ...(model.artifacts.length === 0 ? ["no artifacts"] : []),
    ...(model.uncommitted ? ["not committed"] : []),
    ...(model.stale ? ["record describes other bytes"] : []),
    ...(model.local_only.length > 0 ? [`only on this machine: ${shortList(model.local_only)}`] : []),
  ];
  return [model.model, model.declared, facts.join("; ")];
}

function releaseFact({ released, overwrites }: ModelStatus, incomplete: string | null): string {
  if (overwrites === "release") return "released with other bytes";
  if (overwrites === "draft") return "committed with other bytes";
  if (released) return "released";
  return incomplete === null ? "not released" : "no release of it here";
}

function shortList(versions: readonly string[]): string {
  return versions.length > MOST_PATHS
    ? `${versions.slice(-MOST_PATHS).join(", ")} and ${versions.length - MOST_PATHS} more`
    : versions.join(", ");
}

function stateOf(artifact: ArtifactStatus, models: number): string {
  switch (artifact.state) {
    case "absent":
      if (artifact.kept_out) return "left out by the sparse checkout";
      return artifact.stored ? "absent, in the cache" : "absent, not in the cache";
    default:
      return differenceWords(artifact, models);
  }
}

function notes(result: StatusResult, here: Here): string[] {
  const { artifacts, models, conflicts, broken, interrupted, incomplete } = result;
  const paths = (chosen: (artifact: ArtifactStatus) => boolean): string[] =>
    artifacts.filter(chosen).map(({ path }) => here.typed(path));
  const modified = paths(({ state, path }) => state === "modified" && !broken.some((file) => file.path === path));
  const missed = ({ state, kept_out }: ArtifactStatus): boolean => state === "absent" && kept_out !== true;
  const back = paths((item) => item.state === "other-version" || (missed(item) && item.stored === true));
  const away = paths((item) => missed(item) && item.stored === false);
  return [
    ...(incomplete === null
      ? []
      : [`History or tags are not all here, so releases may be missing. Next: ${incomplete}`]),
    ...(interrupted === null ? [] : [`A ${interrupted} was interrupted. Next: mv restore, which finishes it first`]),
    ...(conflicts.length > 0
      ? [`In conflict: ${conflicts.map(here.shown).join(", ")}. Next: mv merge --ours, or mv merge --theirs`]
      : []),
    ...broken.map(
      ({ message, hint }) => `Broken: ${printable(message)}${hint === null ? "" : `. Next: ${printable(hint)}`}`,
    ),
    ...models.flatMap((model) => modelNotes(model, artifacts, here)),
    ...overwritingNotes(models.map((model) => ({ ...model, version: model.declared ?? "" }))),
    ...(modified.length > 0
      ? [`Changed on disk. Next: ${command("mv add", modified)}, or ${command("mv restore --force", modified)}`]
      : []),
    ...(back.length > 0 ? [`Next: ${command("mv restore", back)}`] : []),
    ...(away.length > 0 ? [awayNote(command("mv restore", away), result.has_store)] : []),
  ];
}

function awayNote(restore: string, hasStore: boolean): string {
  if (hasStore) return `Next: ${restore}, which fetches them`;
  return "No store is set up to fetch them from. Next: mv remote add NAME URL --default, or mv add a copy of each";
}

function modelNotes(model: ModelStatus, artifacts: readonly ArtifactStatus[], here: Here): string[] {
  const moved = model.moved_datasets.map((path) =>
    artifacts.some((artifact) => artifact.path === path)
      ? `${here.shown(path)} has changed since ${model.model} was trained on it.`
      : `${here.shown(path)}, which ${model.model} was trained on, is not tracked any more.`,
  );
  const lines = [...moved];
  const [next, ...others] = model.stale_next;
  if (next !== undefined) {
    lines.push(`The record of ${model.model} describes other bytes. Next: ${next}`, ...others);
  }
  return lines;
}

function command(verb: string, paths: readonly string[]): string {
  if (paths.length <= MOST_PATHS) return [verb, ...paths].join(" ");
  return verb === "mv add" ? `${verb} ${paths.slice(0, MOST_PATHS).join(" ")} …` : verb;
}
