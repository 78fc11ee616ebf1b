// What `mv init` has to ask a person for.
import { basename, join } from "node:path";
import { parseSettings } from "../../config/config.ts";
import { checkModelName } from "../../model/version.ts";
import { readTextFile } from "../../platform/files.ts";
import { CONFIG_FILE, type Surroundings } from "../project.ts";
import { findRepository } from "./repository.ts";

const MAX_BYTES = 1 << 20;

export interface Needs {
  repository: boolean;
  model: boolean;
  /** A name to propose for the model: that of the repository's folder. */
  proposal: string;
}

export async function needs({ cwd }: Surroundings): Promise<Needs> {
  const git = await findRepository(cwd);
  if (git === null) return { repository: true, model: true, proposal: proposedName(cwd) };
  const text = git.bare ? null : await readTextFile(join(git.root, CONFIG_FILE), MAX_BYTES);
  const { models } = parseSettings(text, CONFIG_FILE).settings;
  return { repository: false, model: Object.keys(models).length === 0, proposal: proposedName(git.root) };
}

/** A folder's name as a model may be called; "model" where nothing of it can stay. */
export function proposedName(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return checkModelName(name) === null ? name : "model";
}
