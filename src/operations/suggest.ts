// What a repository knows that a person may be about to type: versions, stages, models, artifacts, remotes.
import { join, relative } from "node:path";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { readSnapshot } from "./snapshot.ts";

export interface Suggestion {
  word: string;
  /** What it is, in a few words. */
  text: string;
}

/** Newest releases first; versions by their tags, and `MODEL@latest` and `MODEL@STAGE` for each model. */
export async function suggestVersions(project: Project): Promise<Suggestion[]> {
  const { all } = await readReleases(project);
  const newest = all.toSorted((a, b) => b.tagger.date - a.tagger.date);
  const named = Object.keys(project.settings.models).flatMap((model) =>
    ["latest", ...Object.keys(project.settings.stages)].map((place) => ({
      word: `${model}@${place}`,
      text: place === "latest" ? "its newest release" : "what runs there",
    })),
  );
  return [...newest.map(({ tag, model, reason }) => ({ word: tag, text: `${model}: ${firstLine(reason)}` })), ...named];
}

export function suggestStages(project: Project): Suggestion[] {
  const stages = Object.keys(project.settings.stages);
  const models = Object.keys(project.settings.models);
  const named = models.length > 1 ? models.flatMap((model) => stages.map((stage) => `${model}@${stage}`)) : stages;
  return named.map((word) => ({ word, text: "" }));
}

export function suggestModels(project: Project): Suggestion[] {
  return Object.entries(project.settings.models).map(([word, { record }]) => ({ word, text: record }));
}

export function suggestRemotes(project: Project): Suggestion[] {
  return Object.entries(project.settings.remotes).map(([word, { url }]) => ({ word, text: url }));
}

/** Paths from the current folder. */
export async function suggestArtifacts(project: Project): Promise<Suggestion[]> {
  const { pointers } = await readSnapshot(project, "worktree", () => undefined);
  return [...pointers].map(([path, { pointer }]) => ({
    word: relative(project.cwd, join(project.root, path)) || path,
    text: pointer.role,
  }));
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
