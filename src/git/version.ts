// Which git program answers here.
import { isMvError } from "../errors.ts";
import { run } from "./spawn.ts";

/** "2.39.5", or Git's own words where they hold no number; null where no git is on PATH. */
export async function gitVersion(cwd: string): Promise<string | null> {
  try {
    const said = (await run({ cwd, args: ["version"] })).stdout.toString("utf8").trim();
    return /\d+(?:\.\d+)+/.exec(said)?.[0] ?? said;
  } catch (error) {
    if (isMvError(error) && error.code === "git-needed") return null;
    throw error;
  }
}
