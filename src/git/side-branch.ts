// A branch beside the user's own, which holds files that nobody checks out. Neither the index nor the working tree is touched.
import { MvError } from "../errors.ts";
import type { Git } from "./git.ts";
import { ask, type Place, run, words } from "./spawn.ts";

/** What a side branch gets: files of its tree, by path. */
export interface SideCommit {
  /** Full name of the ref, moved to the new commit. */
  ref: string;
  /** The new commit's; its tree is the first one's and `files`. None: it begins the branch. */
  parents: readonly string[];
  files: readonly { path: string; bytes: Uint8Array }[];
  message: string;
}

const REFS = /^refs\/[\w./-]+$/;

/** The commit that a ref of another repository holds, or null. Throws MvError unreachable with Git's words. */
export async function askRemoteRef({ root }: Pick<Git, "root">, remote: string, ref: string): Promise<string | null> {
  requireNames(remote, ref);
  const args = ["-c", "protocol.ext.allow=never", "ls-remote", "--refs", "--end-of-options", remote, ref];
  const answer = await ask(placeOf(root), args);
  if (answer.status !== 0) throw new MvError("unreachable", words(answer.stderr), { details: { remote } });
  const line = answer.stdout
    .toString("utf8")
    .split("\n")
    .find((text) => text.endsWith(`\t${ref}`));
  return line?.split("\t")[0] ?? null;
}

/** Fetches one ref of another repository into one of ours, whatever ours holds; no tag comes along. */
export async function fetchRef({ root }: Pick<Git, "root">, remote: string, ref: string, into: string): Promise<void> {
  requireNames(remote, ref, into);
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
  const args = ["-c", "protocol.ext.allow=never", "fetch", ...flags, "--end-of-options", remote, `+${ref}:${into}`];
  const { status, stderr } = await run({ cwd: root, args });
  if (status !== 0) throw new MvError("unreachable", words(stderr), { details: { remote, ref } });
}

/** Makes a commit of many files in one process and moves the ref to it. Throws MvError no-write with Git's words. */
export async function commitBeside({ root }: Pick<Git, "root">, commit: SideCommit): Promise<void> {
  requireNames("origin", commit.ref);
  const [first, ...others] = commit.parents;
  const lines: (string | Uint8Array)[] = [
    `feature done\ncommit ${commit.ref}\ncommitter ${await committer(root)}\n`,
    ...data(Buffer.from(commit.message)),
    ...(first === undefined ? [] : [`from ${first}\n`]),
    ...others.map((oid) => `merge ${oid}\n`),
    ...commit.files.flatMap(({ path, bytes }) => [`M 100644 inline ${path}\n`, ...data(bytes)]),
    "done\n",
  ];
  const input = Buffer.concat(lines.map((line) => (typeof line === "string" ? Buffer.from(line) : line)));
  const { status, stderr } = await run({ cwd: root, args: ["fast-import", "--quiet", "--done"], input });
  if (status !== 0) throw new MvError("no-write", `${commit.ref}: ${words(stderr)}`);
}

/** Moves a ref to a commit that is here. Throws MvError no-write with Git's words. */
export async function moveRef({ root }: Pick<Git, "root">, ref: string, commit: string): Promise<void> {
  requireNames("origin", ref);
  const { status, stderr } = await run({ cwd: root, args: ["update-ref", "--end-of-options", ref, commit] });
  if (status !== 0) throw new MvError("no-write", `${ref}: ${words(stderr)}`);
}

/** The exact number of bytes says where they end (git-fast-import(1)). */
function data(bytes: Uint8Array): (string | Uint8Array)[] {
  return [`data ${bytes.length}\n`, bytes, "\n"];
}

async function committer(root: string): Promise<string> {
  const { status, stdout } = await run({ cwd: root, args: ["var", "GIT_COMMITTER_IDENT"] });
  const known = stdout.toString("utf8").trim();
  // A machine without an identity makes no commit of the user's, and may bring pointers all the same.
  return status === 0 && known !== "" ? known : `mversion <mversion@localhost> ${Math.floor(Date.now() / 1000)} +0000`;
}

function requireNames(remote: string, ...refs: readonly string[]): void {
  if (/^-|^ext::|[\n\0]/.test(remote) || remote === "") throw new MvError("usage", `not a remote: ${remote}`);
  const wrong = refs.find((ref) => !REFS.test(ref));
  if (wrong !== undefined) throw new MvError("usage", `not a ref: ${wrong}`);
}

function placeOf(root: string): Place {
  return { root, gitDir: root, commonDir: root, bare: false, shallow: false };
}
