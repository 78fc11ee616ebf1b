// .gitignore in conflict where both sides only added or removed lines for artifacts: those lines are mversion's, and their
// union is what both wanted.
import { textOf } from "./sides.ts";
import type { Conflict } from "./conflict.ts";
import type { Project } from "../project.ts";

/** The settled texts of ignore files, by path; a file with other differences is left to the user. */
export async function settledIgnores(project: Project, conflict: Conflict): Promise<Map<string, string>> {
  const settled = new Map<string, string>();
  for (const path of conflict.unmerged.filter((file) => /(^|\/)\.gitignore$/.test(file))) {
    const [base, ours, theirs] = await Promise.all(
      (["base", "ours", "theirs"] as const).map(async (name) => linesOf(await textOf(project, conflict, path, name))),
    );
    const text = merged(base ?? [], ours ?? [], theirs ?? []);
    if (text !== null) settled.set(path, text);
  }
  return settled;
}

function linesOf(text: string | null): string[] {
  return (text ?? "").split("\n").filter((line) => line !== "");
}

function merged(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string | null {
  const changed = [...difference(base, ours), ...difference(ours, base), ...difference(base, theirs)];
  const added = difference(theirs, base);
  // One line for one artifact: "/model.onnx".
  if (![...changed, ...added].every((line) => /^\/[^/]+$/.test(line))) return null;
  const gone = new Set(difference(base, theirs));
  const lines = [...ours.filter((line) => !gone.has(line)), ...difference(added, ours)];
  return lines.map((line) => `${line}\n`).join("");
}

function difference(a: readonly string[], b: readonly string[]): string[] {
  return a.filter((line) => !b.includes(line));
}
