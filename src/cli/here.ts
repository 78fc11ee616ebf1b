// Paths as a person in the current folder sees and types them, harmless for a terminal.
import { join, relative } from "node:path";
import { fromHere } from "../operations/targets.ts";
import type { Project } from "../operations/project.ts";
import { printable } from "./terminal.ts";

export interface Here {
  /** In a table or a sentence. */
  shown(path: string): string;
  /** In a command: quoted. */
  typed(path: string): string;
}

/** Paths from the repository's root as paths from the current folder. */
export function pathsFrom(project: Project): Here {
  return {
    shown: (path) => printable(relative(project.cwd, join(project.root, path)) || path),
    typed: (path) => printable(fromHere(project, path)),
  };
}
