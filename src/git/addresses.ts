// Addresses in Git's config, and what the config says for one of them.
import { join } from "node:path";
import type { Git } from "./git.ts";
import { run } from "./spawn.ts";

/** The address of a Git remote with `insteadOf` applied, as Git uses it; null where there is none of that name. */
export async function remoteAddress(
  git: Pick<Git, "root" | "config">,
  remote: string,
  forPush: boolean,
): Promise<string | null> {
  if (/^-|[\n\0]/.test(remote) || (await git.config(`remote.${remote}.url`)) === null) return null;
  const args = ["remote", "get-url", ...(forPush ? ["--push"] : []), "--", remote];
  const { status, stdout } = await run({ cwd: git.root, args });
  return status === 0 ? (stdout.toString("utf8").split("\n")[0] ?? null) : null;
}

/** The value of a key such as `http.sslCAInfo` for an address: the most particular `http.<address>.sslCAInfo`, else the general one. */
export async function configFor({ root }: Pick<Git, "root">, key: string, url: string): Promise<string | null> {
  const { status, stdout } = await run({ cwd: root, args: ["config", "--get-urlmatch", key, url] });
  return status === 0 ? stdout.toString("utf8").replace(/\n$/, "") : null;
}

/** A value of the committed file `.lfsconfig` at the top of the working tree. */
export async function lfsConfig({ root, bare }: Pick<Git, "root" | "bare">, key: string): Promise<string | null> {
  if (bare) return null;
  // No includes: a committed file must not read another.
  const args = ["config", "--file", join(root, ".lfsconfig"), "--no-includes", "--get", key];
  const { status, stdout } = await run({ cwd: root, args });
  return status === 0 ? stdout.toString("utf8").replace(/\n$/, "") : null;
}
