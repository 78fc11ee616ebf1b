import type { InitResult } from "../../operations/init.ts";

export function initView(result: InitResult): { out: string; notes: string[] } {
  const parts: string[] = [];
  if (result.model !== null)
    parts.push(`Model ${result.model}, released as ${result.tag?.replace("{model}", result.model)}.`);
  else parts.push(`Models: ${result.models.join(", ")}.`);
  if (result.hooks) parts.push("Hooks installed.");
  const notes = result.createdRepository ? [`Made a Git repository in ${result.root}.`] : [];
  return { out: parts.join(" "), notes };
}
