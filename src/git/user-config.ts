// Git's config outside of any repository: the user's and the system's.
import { tmpdir } from "node:os";
import { hasProgram } from "./git.ts";
import { LOCAL_ENV, run } from "./spawn.ts";

/** The value of a key, of a path with `~` as Git reads it; null where it has none, or no git program is there to tell. */
export async function userConfig(key: string, type: "text" | "path" = "text"): Promise<string | null> {
  if (!(await hasProgram())) return null;
  const env = { ...LOCAL_ENV, GIT_DIR: "/dev/null" };
  const answer = await run({
    cwd: tmpdir(),
    args: ["config", ...(type === "path" ? ["--type=path"] : []), "--get", "--end-of-options", key],
    env,
  });
  return answer.status === 0 ? answer.stdout.toString("utf8").replace(/\n$/, "") : null;
}
