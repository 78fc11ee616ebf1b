// What `mv init` has to ask a person for.
import { join } from "node:path";
import { parseSettings } from "../../config/config.ts";
import { MvError } from "../../errors.ts";
import { openGit } from "../../git/git.ts";
import { readTextFile } from "../../platform/files.ts";
import { CONFIG_FILE, type Surroundings } from "../project.ts";

export async function needs(around: Surroundings): Promise<{ needsRepository: boolean; needsModel: boolean }> {
  try {
    const git = await openGit(around.cwd);
    const text = await readTextFile(join(git.root, CONFIG_FILE), 1 << 20);
    return {
      needsRepository: false,
      needsModel: Object.keys(parseSettings(text, CONFIG_FILE).settings.models).length === 0,
    };
  } catch (error) {
    if (error instanceof MvError && error.code === "no-repository") return { needsRepository: true, needsModel: true };
    throw error;
  }
}
