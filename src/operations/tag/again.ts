// The command line of a refused `mv tag`, as it would pass: what hints print.
import { quoted } from "../targets.ts";
import type { TagInput } from "../tag.ts";

/** Longer reasons are not repeated. */
const REASON_MAX = 72;

/** `mv tag` with other words, and with the flags and the reason that were given. WHY stands for a reason still to be found. */
export function tagAgain(
  input: TagInput,
  words: readonly string[] | { tag: string; gap: boolean },
  more: { all?: boolean; gap?: boolean; declared?: boolean } = {},
): string {
  const names = "tag" in words ? [words.tag] : words;
  const gap = more.gap === true || input.allowGap === true || ("gap" in words && words.gap);
  return [
    "mv tag",
    ...(input.model === undefined ? [] : [`--model ${quoted(input.model)}`]),
    ...names.map(quoted),
    ...(input.all === true || more.all === true ? ["-a"] : []),
    ...(gap ? ["--allow-gap"] : []),
    ...(input.sign === undefined ? [] : [input.sign ? "--sign" : "--no-sign"]),
    ...(input.bundle === undefined ? [] : [`--bundle ${quoted(input.bundle)}`]),
    ...(more.declared === true && input.reason === undefined ? [] : [`-m ${reasonWord(input.reason)}`]),
  ].join(" ");
}

function reasonWord(reason: string | undefined): string {
  const isShort = reason !== undefined && reason.trim() !== "" && reason.length <= REASON_MAX && !reason.includes("\n");
  return isShort ? quoted(reason) : "WHY";
}
