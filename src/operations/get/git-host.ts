// What a store that goes along with a Git host may ask where there is no clone: of the address that `get` was given, and of the
// user's own Git config and credential helpers.
import { configFor, lfsConfig } from "../../git/addresses.ts";
import { credential } from "../../git/credential.ts";
import type { RemoteRepository } from "../../git/remote-repository.ts";
import { hasProgram } from "../../git/git.ts";
import { isMvError } from "../../errors.ts";
import { LFS_POINTER_MAX_BYTES, parseLfsPointer } from "../../model/lfs-pointer.ts";
import { writeFileAtomic } from "../../platform/files.ts";
import type { GitAccess } from "../../remotes/remote.ts";
import { LFS_REF, lfsPointerPath } from "../lfs-pointers.ts";
import type { Surroundings } from "../project.ts";
import { join } from "node:path";

export interface GitHost {
  /** With a login where it has one. */
  address: string;
  repository: RemoteRepository;
  /** Where the repository is fetched into. */
  scratch: string;
}

/** Access to a Git host by the address of one repository there, which is its remote `origin`. Without the git program only that. */
export function gitHostAccess({ env }: Surroundings, { address, repository, scratch }: GitHost): GitAccess {
  const mayPrompt = env["GIT_TERMINAL_PROMPT"] !== "0";
  const withGit = async <T>(work: () => Promise<T>): Promise<T | null> => ((await hasProgram()) ? work() : null);
  let committed: Promise<boolean> | null = null;

  async function writeLfsConfig(): Promise<boolean> {
    const { head } = repository;
    const git = head === null ? null : await repository.bring("HEAD");
    const [text] = git && head ? await git.readPaths([{ rev: head, path: ".lfsconfig" }]) : [];
    if (text) await writeFileAtomic(join(scratch, ".lfsconfig"), text);
    return text !== undefined && text !== null;
  }

  return {
    remoteUrl: async (remote) => (remote === "origin" ? address : null),
    configFor: (key, url) => withGit(() => configFor({ root: scratch }, key, url)),
    lfsConfig: (key) =>
      withGit(async () =>
        (await (committed ??= writeLfsConfig())) ? lfsConfig({ root: scratch, bare: false }, key) : null,
      ),
    credential: (verb, fields, ask = false) => credential(scratch, verb, fields, ask && mayPrompt),
    async pointerSize(_, sha256) {
      try {
        const git = await repository.bring(LFS_REF);
        const rev = await git.readRef(LFS_REF);
        const [bytes] = rev === null ? [] : await git.readPaths([{ rev, path: lfsPointerPath(sha256) }]);
        if (!bytes || bytes.length > LFS_POINTER_MAX_BYTES) return null;
        const pointer = parseLfsPointer(bytes.toString("utf8"));
        return pointer?.sha256 === sha256 ? pointer.size : null;
      } catch (error) {
        // Somebody else's LFS server has no such ref.
        if (isMvError(error)) return null;
        throw error;
      }
    },
  };
}
