// The command that promotes what was asked for, to be typed again.
import { quoted } from "../targets.ts";
import type { PromoteInput } from "../promote.ts";

/** `mv promote …` of the input; its reason, or WHY where it has none. */
export function againCommand({ version, stage, model, weight, split, push, repo, reason }: PromoteInput): string {
  return [
    "mv promote",
    ...(version === undefined ? [] : [quoted(version)]),
    quoted(stage),
    ...(model === undefined ? [] : [`--model ${quoted(model)}`]),
    ...(weight === undefined ? [] : [`--weight ${weight}`]),
    ...(split === undefined ? [] : [`--split ${quoted(split)}`]),
    ...(repo === undefined ? (push === true ? ["--push"] : []) : [`--repo ${quoted(repo)}`]),
    `-m ${reason?.trim() ? quoted(reason.trim()) : "WHY"}`,
  ].join(" ");
}
