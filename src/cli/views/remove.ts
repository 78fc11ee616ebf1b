import type { RemoveResult } from "../../operations/remove.ts";
import type { Here } from "../here.ts";
import { overwritingNotes } from "./overwriting.ts";
import { savedNotes } from "./saved.ts";

export function removeView(result: RemoveResult, here: Here): { out: string; notes: string[] } {
  const { removed, unlisted, models, left, saved } = result;
  const names = models.map(({ model }) => model).join(", ");
  const lines = [
    ...removed.map((path) => `${here.shown(path)}  no longer tracked`),
    ...unlisted.map((path) => `${here.shown(path)}  no longer part of ${names}`),
  ];
  const notes = savedNotes(saved, here);
  if (left.length > 0) notes.push(`Still on disk, and Git sees it now: ${left.map(here.shown).join(", ")}`);
  for (const { model, from, version, artifacts, dropped } of models) {
    const number = from === version ? version : `${from} -> ${version}`;
    const size =
      artifacts === 0 ? "no artifact left" : `${artifacts} ${artifacts === 1 ? "artifact" : "artifacts"} left`;
    notes.push(`${model} ${number}: ${size}`);
    if (dropped.length > 0) notes.push(`Dropped with the old bytes: ${dropped.join(", ")}.`);
  }
  return { out: lines.join("\n"), notes: [...notes, ...overwritingNotes(models)] };
}
