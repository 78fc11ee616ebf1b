// Which stage a user means: `production`, or `churn@production` where there are several models.
import { MvError } from "../errors.ts";
import { checkStageName } from "../model/assignment.ts";
import type { Project } from "./project.ts";
import type { Registry, StageName } from "./registry.ts";
import { oneModel } from "./versions.ts";

/** The stage of a word, and its model: the word's own, else `model`, else the only one. Fails with usage, model-needed, unknown-model. */
export function readStageWord(project: Project, word: string, model?: string): StageName {
  const at = word.lastIndexOf("@");
  const named = at > 0 ? word.slice(0, at) : undefined;
  if (named !== undefined && model !== undefined && named !== model) {
    throw new MvError("usage", `${word} is a stage of ${named}, not of ${model}`, { hint: "name one model" });
  }
  const stage = word.slice(at + 1);
  const why = checkStageName(stage);
  if (why !== null) throw new MvError("usage", `${word || "An empty word"} is no stage: ${why}`, { hint: "mv stages" });
  return { model: oneModel(project, named ?? model), stage };
}

/** Refuses a stage that the settings do not declare: a typo would be a place where nothing runs. Fails with unknown-stage. */
export function requireDeclared(project: Project, { stage }: StageName): void {
  const { stages } = project.settings;
  if (Object.hasOwn(stages, stage)) return;
  const known = Object.keys(stages).join(", ");
  throw new MvError(
    "unknown-stage",
    `There is no stage ${stage}; ${known === "" ? "there is none" : `there is ${known}`}`,
    {
      hint: `add it to stages in .mversion.yaml: ${stage}: {}`,
      details: { stage, stages: Object.keys(stages) },
    },
  );
}

/** Refuses a stage that neither the settings declare nor a tag assigns to. Fails with unknown-stage. */
export function requireKnown(project: Project, registry: Registry, name: StageName): void {
  const isAssigned = registry.stages.some(({ model, stage }) => model === name.model && stage === name.stage);
  if (!isAssigned) requireDeclared(project, name);
}

/** The stages of these models: those of the settings in their order, then others that tags assign to. */
export function stagesOf(project: Project, registry: Registry, models: readonly string[]): StageName[] {
  return models.flatMap((model) => {
    const declared = Object.keys(project.settings.stages);
    const others = registry.stages.filter((name) => name.model === model && !declared.includes(name.stage));
    return [...declared.map((stage) => ({ model, stage })), ...others];
  });
}

/** A stage as it is typed: without its model where there is one only. */
export function stageWord(project: Project, { model, stage }: StageName): string {
  return Object.keys(project.settings.models).length > 1 ? `${model}@${stage}` : stage;
}
