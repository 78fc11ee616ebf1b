// An interrupted checkout or restore: written down before the tree is touched, finished or undone by the next command.
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { createJournal, type Journal } from "../store/journal.ts";
import { arrange, carryOut, type Wanted } from "./materialize.ts";
import type { Project } from "./project.ts";

export interface JournalEntry {
  verb: "checkout" | "restore";
  from: { oid: string | null; branch: string | null };
  to: { commit: string; branch: string | null };
  /** What the paths shall hold; null: gone. */
  wanted: Record<string, Wanted | null>;
}

function journal(project: Project): Journal {
  return createJournal(join(project.stateDir));
}

export async function beginJournal(project: Project, entry: JournalEntry): Promise<void> {
  await journal(project).begin(entry);
}

export async function endJournal(project: Project): Promise<void> {
  await journal(project).end();
}

/**
 * Finishes what an earlier command left half done, where that is safe: the artifacts it had not written yet.
 * Returns what it finished. Where Git had not switched yet, there is nothing to undo.
 */
export async function settleJournal(project: Project): Promise<JournalEntry | null> {
  const entry = (await journal(project).read()) as JournalEntry | null;
  if (entry === null) return null;
  const head = await project.git.head();
  if (head.oid === entry.to.commit) {
    const arrangement = await arrange(project, new Map(Object.entries(entry.wanted)));
    // Only paths that still hold stored bytes: what a person wrote since stays.
    const unsaved = new Set(arrangement.unsaved.map((item) => item.path));
    const missing = new Set(arrangement.missing.map((item) => item.path));
    arrangement.placements = arrangement.placements.filter((item) => !unsaved.has(item.key) && !missing.has(item.key));
    arrangement.removals = arrangement.removals.filter((item) => !unsaved.has(item.path));
    await carryOut(project, arrangement);
  }
  await endJournal(project);
  return entry;
}

export async function requireNoJournal(project: Project): Promise<void> {
  const entry = await settleJournal(project);
  if (entry) project.warn(`finished a ${entry.verb} that was interrupted`);
}

export function interrupted(verb: string): MvError {
  return new MvError("interrupted", `${verb} was interrupted`, { hint: "repeat the command" });
}
