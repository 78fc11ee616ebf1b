// Who may sign: an allowed-signers file from where the change under check cannot reach it, and the user's own gpg keyring.
import { readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { MvError } from "../../errors.ts";
import { openGit } from "../../git/git.ts";
import type { Trust } from "../../git/signature.ts";
import { readError } from "../../platform/file-errors.ts";
import type { Project } from "../project.ts";

/** Where an allowed-signers file was named, strongest first. */
const SETTINGS = ["mversion.allowedSigners", "gpg.ssh.allowedSignersFile"] as const;

export interface Signers extends Trust {
  /** Where the allowed-signers file comes from, as it was named; null where none is. */
  source: string | null;
}

/**
 * Reads who may sign: from `given` (COMMIT:PATH with a full commit id, or a path outside the repository), else from Git config
 * mversion.allowedSigners, else gpg.ssh.allowedSignersFile. Throws "self-authorising" for one that a commit could change,
 * "no-read" or "nothing-found" where there is none.
 */
export async function readSigners(project: Project, given?: string): Promise<Signers> {
  const { git } = project;
  const configured = given === undefined ? await firstSetting(project) : null;
  const source = given ?? configured?.value ?? null;
  const allowedSigners =
    source === null ? null : await readSource(project, source, configured?.key ?? "--allowed-signers");
  const revocation = await git.config("gpg.ssh.revocationFile");
  const revokedKeys = revocation === null ? null : await readOutside(project, revocation, "gpg.ssh.revocationFile");
  const program = (await git.config("gpg.openpgp.program")) ?? (await git.config("gpg.program")) ?? "gpg";
  const gpg = { program: atHome(project, program), minTrust: await git.config("gpg.minTrustLevel") };
  return { source, allowedSigners, revokedKeys, gpg, now: project.now() };
}

/** Whether this clone is set up to have signatures checked wherever releases are verified. */
export async function hasSignersSetting(project: Project): Promise<boolean> {
  return (await project.git.config(SETTINGS[0])) !== null;
}

/** The bytes of a file that the user names. Throws "no-read". */
export function readSignersFile(path: string, named: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const known = readError(error, path);
    if (known instanceof MvError) throw known;
    throw new MvError("no-read", `${path} cannot be read as the file of allowed signers`, {
      hint: `check ${named}; a line of it: EMAIL namespaces="git" and the text of a .pub file`,
      cause: error,
    });
  }
}

async function firstSetting({ git }: Project): Promise<{ key: string; value: string } | null> {
  for (const key of SETTINGS) {
    const value = await git.config(key);
    if (value !== null && value !== "") return { key, value };
  }
  return null;
}

async function readSource(project: Project, source: string, named: string): Promise<Buffer> {
  const { git } = project;
  const [, rev = "", path = ""] = /^([^:/\\]+):(.+)$/.exec(source) ?? [];
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(rev)) {
    const [bytes] = await git.readPaths([{ rev, path }]);
    if (bytes) return bytes;
    throw new MvError("nothing-found", `${named}: commit ${rev.slice(0, 7)} is not here or has no ${path}`, {
      hint: `git fetch, then git show ${source}`,
    });
  }
  const commit = rev === "" ? null : await git.resolveCommit(rev);
  if (commit !== null) {
    throw new MvError("self-authorising", `${named} ${source}: whoever moves ${rev} says who may sign`, {
      hint: `after a look at it: --allowed-signers ${commit}:${path}`,
    });
  }
  return readOutside(project, source, named);
}

/** A file that no commit, checkout or pull can change: neither it nor what leads to it lies in a working tree of this repository. */
async function readOutside(project: Project, typed: string, named: string): Promise<Buffer> {
  // A setting means the same wherever the command is typed.
  const base = named.startsWith("--") ? project.cwd : project.root;
  const path = resolve(base, atHome(project, typed));
  const bytes = readSignersFile(path, named);
  for (const place of [path, realpathSync(path)]) {
    if (!(await isInWorktree(project, place))) continue;
    const top = (await project.git.head()).oid ?? "COMMIT";
    const inside = relative(project.root, place);
    throw new MvError(
      "self-authorising",
      `${named}: ${typed} lies in the working tree, so whoever commits there says who may sign`,
      {
        hint: `as of a commit that you have looked at: --allowed-signers ${top}:${inside}\nOr a copy outside the repository: git config mversion.allowedSigners ~/.config/mversion/allowed_signers`,
      },
    );
  }
  return bytes;
}

async function isInWorktree({ root, git }: Project, path: string): Promise<boolean> {
  const isIn = (folder: string): boolean => {
    const from = relative(folder, path);
    return from === "" || !(from.startsWith("..") || isAbsolute(from));
  };
  if (isIn(git.commonDir)) return false;
  if (isIn(root)) return true;
  // Another working tree of the same repository holds what somebody committed, too.
  const around = await openGit(resolve(path, "..")).catch(() => null);
  return around !== null && around.commonDir === git.commonDir;
}

/** Git's own way of writing a path of a person (git-config(1), pathname). */
function atHome({ env }: Project, path: string): string {
  return path.startsWith("~/") ? join(env["HOME"] ?? homedir(), path.slice(2)) : path;
}
