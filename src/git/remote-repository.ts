// A repository somewhere else, read without a clone that stays: its tag names, and single commits and tags into a scratch folder.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { checkUrl } from "../model/url.ts";
import { type Git, hasProgram, openGit } from "./git.ts";
import { LOCAL_ENV, run, words } from "./spawn.ts";

export interface RemoteRepository {
  /** The address without a secret. */
  readonly url: string;
  /** Short tag names and what they point at: an annotated tag's own object. */
  readonly tags: ReadonlyMap<string, string>;
  /** The commits under annotated tags, by short name. */
  readonly peeled: ReadonlyMap<string, string>;
  /** The tip of its default branch; null in a repository without a commit. */
  readonly head: string | null;
  /** Brings a tag, HEAD or refs/mversion/lfs with the one commit under it, and gives a reader of what was brought. Throws unreachable. */
  bring(ref: string): Promise<Git>;
}

/** Asks a repository for its refs. `scratch` is an empty folder to fetch into. Throws MvError usage, unreachable. */
export async function openRemoteRepository(address: string, scratch: string): Promise<RemoteRepository> {
  // Who types an address may type a password in it, as Git takes it; a committed one may not.
  const why = checkUrl(address.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^@/]*@/i, "$1@"));
  if (why !== null) throw new MvError("usage", `${withoutSecret(address)}: ${why}`);
  mkdirSync(scratch, { recursive: true });
  return (await hasProgram()) ? openNative(address, scratch) : openEmbedded(address, scratch);
}

function withoutSecret(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i, "$1");
}

async function openNative(address: string, scratch: string): Promise<RemoteRepository> {
  const git = async (...args: string[]): Promise<string> => {
    const answer = await run({ cwd: scratch, args: ["-c", "protocol.ext.allow=never", ...args], env: LOCAL_ENV });
    if (answer.status === 0) return answer.stdout.toString("utf8");
    throw unreachable(address, words(answer.stderr));
  };
  const refs = (await git("ls-remote", "--end-of-options", address, "HEAD", "refs/tags/*"))
    .split("\n")
    .flatMap((line) => (line.includes("\t") ? [line.split("\t") as [string, string]] : []));
  const found = new Map(refs.map(([oid, ref]) => [ref, oid]));
  const format = [...found.values()][0]?.length === 64 ? "sha256" : "sha1";
  let made = false;
  return {
    url: withoutSecret(address),
    ...named(found),
    async bring(ref) {
      if (!made) await git("init", "--quiet", "--bare", `--object-format=${format}`, ".");
      made = true;
      const spec = `+${ref}:${ref === "HEAD" ? "refs/mversion/head" : ref}`;
      await git(
        "fetch",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-write-fetch-head",
        "--end-of-options",
        address,
        spec,
      );
      return openGit(scratch);
    },
  };
}

/** By HTTP and HTTPS only: the one way that needs no program. */
async function openEmbedded(address: string, scratch: string): Promise<RemoteRepository> {
  if (!/^https?:\/\//i.test(address)) {
    throw new MvError(
      "git-needed",
      `${withoutSecret(address)}: without the git program, repositories are read over HTTP only`,
      {
        hint: "install Git, or name the store instead: mv get s3://bucket/prefix",
      },
    );
  }
  const [{ default: git }, { default: http }, fs] = await Promise.all([
    import("isomorphic-git"),
    import("isomorphic-git/http/node"),
    import("node:fs"),
  ]);
  const failed = (error: unknown): never => {
    throw unreachable(address, error instanceof Error ? error.message : String(error));
  };
  const refs = await git.listServerRefs({ http, url: address, protocolVersion: 1, peelTags: true }).catch(failed);
  const found = new Map(
    refs.flatMap(({ ref, oid, peeled }) => [
      [ref, oid],
      ...(peeled === undefined ? [] : ([[`${ref}^{}`, peeled]] as const)),
    ]),
  );
  const gitdir = join(scratch, ".git");
  let made = false;
  return {
    url: withoutSecret(address),
    ...named(found),
    async bring(ref) {
      if (!made) {
        await git.init({ fs, dir: scratch, defaultBranch: "main" });
        // Where fetched refs go; the address stays out of it.
        for (const kind of ["heads", "tags"]) {
          const value = `+refs/${kind}/*:refs/mversion/${kind}/*`;
          await git.setConfig({ fs, gitdir, path: "remote.origin.fetch", value, append: true });
        }
        const ours = "+refs/mversion/lfs:refs/mversion/lfs";
        await git.setConfig({ fs, gitdir, path: "remote.origin.fetch", value: ours, append: true });
      }
      made = true;
      const options = { fs, http, gitdir, url: address, ref, singleBranch: true, depth: 1, tags: false };
      await git.fetch(options).catch(failed);
      return (await import("./embedded.ts")).openEmbedded(scratch);
    },
  };
}

function named(refs: ReadonlyMap<string, string>): Pick<RemoteRepository, "tags" | "peeled" | "head"> {
  const tags = new Map<string, string>();
  const peeled = new Map<string, string>();
  for (const [ref, oid] of refs) {
    if (!ref.startsWith("refs/tags/")) continue;
    const name = ref.slice("refs/tags/".length);
    if (name.endsWith("^{}")) peeled.set(name.slice(0, -3), oid);
    else tags.set(name, oid);
  }
  return { tags, peeled, head: refs.get("HEAD") ?? null };
}

function unreachable(address: string, why: string): MvError {
  return new MvError("unreachable", `${withoutSecret(address)}: ${why}`, {
    hint: "check the address and your access to it",
  });
}
