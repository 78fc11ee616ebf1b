// The commands that put a refused commit right, with a number that would really pass.
import { judge, type ModelState } from "../../model/overwrite.ts";
import { compare, formatTag, gapBefore, isPrerelease, next } from "../../model/version.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { newestOnLine } from "../line.ts";
import { modelNames } from "../versions.ts";

/** A number for the bytes at hand; `gap` where every free number skips one that was never released. */
export interface Suggestion {
  version: string;
  gap: boolean;
}

/**
 * The next minor of the newest release on HEAD's line, or where that is taken or not enough, the nearest number that rule 1
 * and the order of releases let through.
 */
export async function suggestVersion(
  project: Project,
  releases: Releases,
  model: string,
  question: { state: ModelState; parents: readonly (ModelState | null)[]; own: string | null },
): Promise<Suggestion> {
  const known = releases.of(model);
  const line = (await newestOnLine(project, releases, model))?.version ?? null;
  const passes = (version: string): boolean =>
    (line === null || compare(version, line) > 0) &&
    judge({ state: { ...question.state, version }, parents: question.parents, releases: known }).result === "ok";
  const finals = known.map((release) => release.version).filter((version) => !isPrerelease(version));
  const candidates = numbersAfter([line, question.own, finals.at(-1) ?? null]);
  const free = candidates.find((version) => passes(version) && gapBefore(version, finals) === null);
  if (free !== undefined) return { version: free, gap: false };
  // A number that was declared and never released lies between: skipping it is allowed, taking it is not.
  const skipping = candidates.find(passes) ?? next(candidates.at(-1) ?? "0.0.0", "major");
  return { version: skipping, gap: finals.length > 0 };
}

/** Numbers to try, the most usual first. */
function numbersAfter([line = null, ...others]: readonly (string | null)[]): string[] {
  const floors = [line, ...others].filter((floor) => floor !== null);
  const numbers = floors.flatMap((floor) => [next(floor, "minor"), next(floor, "patch")]);
  return [...new Set(line === null ? ["1.0.0", ...numbers] : numbers)];
}

/** `mv tag v1.1.0`, with the model's own tag format. */
export function tagCommand(project: Project, model: string, { version, gap }: Suggestion, flags: string): string {
  const format = project.settings.models[model]?.tag ?? "v{version}";
  return `mv tag ${formatTag(format, model, version)} ${flags}-m WHY${gap ? " --allow-gap" : ""}`;
}

/** " --model churn" where a command would not know which model is meant. */
export function modelFlag(project: Project, model: string): string {
  return modelNames(project).length > 1 ? ` --model ${model}` : "";
}
