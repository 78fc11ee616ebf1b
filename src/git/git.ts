// The questions we ask Git and the few changes we let it make. Two adapters answer: native.ts (the git program, all of it)
// and embedded.ts (no program installed, reading only). One contract suite, test/contracts/git.ts, runs on both.
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { MvError } from "../errors.ts";

/** A raw object as Git stores it, without its header. */
export interface GitObject {
  type: string;
  bytes: Buffer;
}

export interface TagRef {
  /** Short name: `v1.0.0` for refs/tags/v1.0.0. */
  name: string;
  /** What the ref holds: the tag object of an annotated tag, the commit of a lightweight one. */
  oid: string;
  type: string;
  /** Size of that object in bytes. */
  size: number;
}

export interface TreeFile {
  path: string;
  oid: string;
  /** Six octal digits; 120000 is a symlink, 160000 a submodule. */
  mode: string;
}

export interface Commit {
  oid: string;
  /** The commit's own parents, never rewritten; none at the boundary of a shallow clone. */
  parents: string[];
}

export interface CommitsQuery {
  /** Revisions to start from: oids or full ref names. Empty gives nothing. */
  include: readonly string[];
  /** Their ancestors, and they themselves, are left out. */
  exclude?: readonly string[];
  firstParent?: boolean;
  /** Only commits that differ from a parent in one of these files or folders; a merge that took one side counts. */
  paths?: readonly string[];
  max?: number;
}

export interface Status {
  /** The index differs from HEAD; both names of a rename. */
  staged: string[];
  /** The working tree differs from the index, intent-to-add files among them. */
  unstaged: string[];
  /** Neither tracked nor ignored; a folder without a tracked file is one entry that ends in "/". */
  untracked: string[];
  /** In conflict; such a path is in none of the other lists. */
  unmerged: string[];
}

export interface FileDelta {
  path: string;
  /** Lines; null for a binary file. */
  added: number | null;
  removed: number | null;
  /** The former name of a renamed file. */
  from?: string;
}

export type Operation = "merge" | "rebase" | "cherry-pick" | "revert" | "am" | "bisect";

/**
 * One repository, seen from one working tree. Paths are relative to its top, with "/", as Git stores them, and never
 * patterns. A question answers null or an empty list where there is nothing, and throws MvError "no-repository" with
 * Git's own words where the repository cannot be read. Questions run nothing that the repository's config names, except
 * the clean filters without which Git cannot compare a file; they take no locks and may be asked concurrently. Changes
 * run hooks with MVERSION_NESTED=1 in their environment and must not run concurrently. The embedded adapter throws
 * "git-needed" for every change and for the questions that say so.
 */
export interface Git {
  /** Real path of the top of the working tree; of the repository itself where it is bare. */
  readonly root: string;
  /** Real path of this working tree's own Git directory. */
  readonly gitDir: string;
  /** Real path of the Git directory that linked working trees share. */
  readonly commonDir: string;
  readonly bare: boolean;
  /** False where there is no git program: every change throws "git-needed". */
  readonly canChange: boolean;

  /** The commit HEAD names (null before the first) and the branch's short name (null when detached). */
  head(): Promise<{ oid: string | null; branch: string | null }>;
  /** What was begun and not finished; of nested ones the outermost, a rebase before the cherry-pick it stopped in. */
  inProgress(): Promise<Operation | null>;
  isShallow(): Promise<boolean>;
  /** The commit that a user's text means, tags peeled; null where it means none. Any text is safe. */
  resolveCommit(rev: string): Promise<string | null>;
  /** What a full ref name holds, not peeled. Never guesses: `v1` is null where refs/tags/v1 exists. */
  readRef(ref: string): Promise<string | null>;
  /** Every tag, in one process however many. */
  tags(): Promise<TagRef[]>;
  /** Objects by full oid, in one process; those that are not here are missing in the map. Replace refs are not followed. */
  readObjects(oids: readonly string[]): Promise<Map<string, GitObject>>;
  /** Sizes in bytes of objects by full oid, without reading them; those that are not here are missing. */
  sizes(oids: readonly string[]): Promise<Map<string, number>>;
  /**
   * Files' bytes in the order asked, in one process; null where the path is absent or no file. `rev` is a commit or tree
   * oid, "" for the index, ":1", ":2", ":3" for a conflict's base, ours and theirs. A symlink gives its target.
   * A file above 32 MiB is refused with "invalid-file": what is read here are small text files.
   */
  readPaths(specs: readonly { rev: string; path: string }[]): Promise<(Buffer | null)[]>;
  /** The files of a commit or tree, or of the index (rev ""; files in conflict are left out), in Git's order. */
  listFiles(rev: string, suffixes?: readonly string[]): Promise<TreeFile[]>;
  /** Commits, children before parents, newest first. A revision that does not exist throws. */
  commits(query: CommitsQuery): Promise<Commit[]>;
  /** Whether `a` is `b` or an ancestor of it. */
  isAncestor(a: string, b: string): Promise<boolean>;
  mergeBase(a: string, b: string): Promise<string | null>;
  /** Compares HEAD, index and working tree. Needs git. */
  status(): Promise<Status>;
  /** The paths in conflict, by the index alone: far cheaper than status. */
  unmerged(): Promise<string[]>;
  /** Which of these files, or files below these folders, the index holds. */
  trackedUnder(paths: readonly string[]): Promise<string[]>;
  /** Which of these files the index holds and keeps out of the working tree, as a sparse checkout does. */
  keptOut(paths: readonly string[]): Promise<string[]>;
  /** The last value, as written (a key without a value is "true"); config is read once, and again after setConfig. */
  config(key: string): Promise<string | null>;
  /** All values of a key, the most particular last. */
  configAll(key: string): Promise<string[]>;
  /**
   * Lines added and removed between two commits, or a commit and the working tree (null). The embedded adapter tells only
   * those renames that change no byte, and applies no filters.
   */
  diffStat(a: string, b: string | null, excludeSuffixes?: readonly string[]): Promise<FileDelta[]>;
  /** Names of the configured remotes. */
  remotes(): Promise<string[]>;
  /** What a remote holds under refs/tags for these names (all, if none are given); "unreachable" with Git's words. Needs git. */
  remoteTags(remote: string, names: readonly string[]): Promise<{ name: string; oid: string }[]>;
  /** Short name of a branch whose tip is this commit, a local one (`feb-b`) before a remote's (`origin/feb-b`). */
  branchAt(commit: string): Promise<string | null>;
  /** Who a tag made now would be by; null where Git does not know. Needs git. */
  identity(): Promise<{ name: string; email: string } | null>;
  /** Whether a remote-tracking ref contains the commit, as of the last fetch or push. */
  containedInRemote(commit: string): Promise<boolean>;
  /** Absolute path of the folder Git takes hooks from, core.hooksPath honoured. */
  hooksDir(): Promise<string>;
  /** Of the git program. Needs git. */
  version(): Promise<[number, number, number]>;

  /** Puts files as they are on disk into the index, ignored or not; those that are gone leave it. */
  stage(paths: readonly string[]): Promise<void>;
  /** Puts the index entries back to HEAD's. */
  unstage(paths: readonly string[]): Promise<void>;
  /**
   * A plain `git commit` of the index (`all`: and of every tracked change) with the user's hooks, signing and identity.
   * Only trailing blanks of the message are cleaned; lines starting with "#" stay. Returns the new commit; throws
   * "commit-failed" with Git's or the hook's words, the index being as before.
   */
  commit(input: CommitInput): Promise<string>;
  /**
   * Annotated tags, messages kept byte for byte (a final newline is added where there is none), signed with `sign` or
   * where tag.gpgSign says so. All appear in one ref transaction or none does, a failing signature included. Throws
   * "version-exists" where a name is taken, "commit-failed" where signing or a hook fails.
   */
  createTags(tags: readonly NewTag[], options?: { sign?: boolean }): Promise<{ name: string; oid: string }[]>;
  /** Removes tags that still hold these oids, all or none; `env` is for the hooks. Throws "release-final" otherwise. */
  deleteTags(tags: readonly { name: string; oid: string }[], env?: Record<string, string>): Promise<void>;
  /**
   * Moves HEAD and the working tree: to a branch, to a commit (detached), or to a new branch at a commit (HEAD without).
   * Never over local changes or ignored files: "would-lose". "nothing-found": no such branch; "exists": it exists.
   */
  switchTo(target: { branch?: string; commit?: string; newBranch?: string }): Promise<void>;
  /** Sets the one value of a key in the repository's own config; null removes the key. */
  setConfig(key: string, value: string | null): Promise<void>;

  /** Gets what Git and the user's hooks print during a change, as it comes. */
  onOutput: ((text: string) => void) | null;
}

export interface CommitInput {
  message: string;
  all?: boolean;
  allowEmpty?: boolean;
  /** Added to the environment of Git and the hooks. */
  env?: Record<string, string>;
}

export interface NewTag {
  name: string;
  /** Full oid. */
  target: string;
  message: string;
}

/**
 * Opens the repository that `cwd` is in, through the git program or, where none is on PATH, the embedded reader.
 * GIT_DIR and its like in the environment are honoured, as in a hook, by the program only. Throws "no-repository" with Git's own words.
 */
export async function openGit(cwd: string): Promise<Git> {
  if (await hasProgram()) return (await import("./native.ts")).openNative(cwd);
  return (await import("./embedded.ts")).openEmbedded(cwd);
}

/** Makes an empty repository in a folder that exists, with the user's default branch and template. Needs git. */
export async function initRepository(dir: string): Promise<void> {
  if (!(await hasProgram())) throw new MvError("git-needed", "Making a repository needs the git program");
  await (await import("./native.ts")).initNative(dir);
}

/** Looks for git on PATH without starting it: a failed spawn cannot be told from a missing current folder. */
export async function hasProgram(): Promise<boolean> {
  const names = process.platform === "win32" ? ["git.exe", "git.cmd"] : ["git"];
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      const found = await access(join(folder || ".", name), constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return true;
    }
  }
  return false;
}
