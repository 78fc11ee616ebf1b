// What .gitattributes and its like say of paths.
import { run, unreadable } from "./spawn.ts";

/**
 * The values of attributes, by path and name: "set", "unset", "unspecified" or a text. The files need not exist; what is in
 * effect counts, also where it stands in Git's own folder or a global file. Needs git.
 */
export async function attributesOf(
  repository: { readonly root: string },
  names: readonly string[],
  paths: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const answer = await run({
    cwd: repository.root,
    args: ["check-attr", "-z", "--stdin", ...names],
    input: paths.map((path) => `${path}\0`).join(""),
  });
  if (answer.status !== 0) throw unreadable(answer);
  const words = answer.stdout.toString("utf8").split("\0");
  const found = new Map<string, Record<string, string>>();
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [path = "", name = "", value = ""] = words.slice(at, at + 3);
    found.set(path, { ...found.get(path), [name]: value });
  }
  return found;
}
