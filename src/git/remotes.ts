// What a remote's Git host holds, without fetching.
import { isMvError, MvError } from "../errors.ts";
import type { Git } from "./git.ts";
import { type Place, ask, words } from "./spawn.ts";

/** Tags per `git ls-remote`; each is an argument, and 1,000 of them stay far below any system's limit. */
const PER_CALL = 1000;

export async function remoteTags(
  place: Place,
  remote: string,
  names: readonly string[],
  isWanted?: (name: string) => boolean,
): Promise<{ name: string; oid: string }[]> {
  if (/^-|^ext::|[\n\0]/.test(remote) || remote === "") throw new MvError("usage", `not a remote: ${remote}`);
  const wanted = new Set(names);
  const refs = names.map((name) => `refs/tags/${name}`);
  const found: { name: string; oid: string }[] = [];
  for (let at = 0; at === 0 || at < refs.length; at += PER_CALL) {
    const args = ["-c", "protocol.ext.allow=never", "ls-remote", "--refs", "--end-of-options", remote];
    const answer = await ask(place, [...args, ...(refs.length > 0 ? refs.slice(at, at + PER_CALL) : ["refs/tags/*"])]);
    if (answer.status !== 0) throw new MvError("unreachable", words(answer.stderr), { details: { remote } });
    for (const line of answer.stdout.toString("utf8").split("\n")) {
      const [oid = "", ref = ""] = line.split("\t");
      const name = ref.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : "";
      // ls-remote matches the end of a ref name; only the whole one is meant.
      const isMeant = isWanted?.(name) ?? (wanted.size === 0 || wanted.has(name));
      if (name !== "" && isMeant) found.push({ name, oid });
    }
  }
  return found;
}

/** The tags of a remote whose short names begin with one of these; a name has no character that is a pattern's. */
export async function remoteTagsFrom(
  { root }: Pick<Git, "root">,
  remote: string,
  beginnings: readonly string[],
): Promise<{ name: string; oid: string }[]> {
  const place = { root, gitDir: root, commonDir: root, bare: false, shallow: false };
  const patterns = beginnings.map((name) => `${name}*`);
  const isMeant = (name: string): boolean => beginnings.some((beginning) => name.startsWith(beginning));
  return remoteTags(place, remote, patterns, isMeant).catch((error: unknown) => {
    if (!isMvError(error) || error.code !== "unreachable") throw error;
    throw new MvError("unreachable", `${remote} cannot be asked: ${error.message}`, {
      hint: `check the address and your access: git ls-remote ${remote}; then repeat the command`,
      details: error.details,
      cause: error,
    });
  });
}
