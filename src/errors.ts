// The one error class and the table of codes. Every layer may import this; it imports nothing.

/** What a code means, its exit status (docs/errors.md is generated from this table) and the usual way out. */
interface ErrorKind {
  exit: number;
  meaning: string;
  remedy: string;
}

const refused = (meaning: string, remedy: string): ErrorKind => ({ exit: 1, meaning, remedy });
const exit = (status: number, meaning: string, remedy: string): ErrorKind => ({
  exit: status,
  meaning,
  remedy,
});

export const errorTable = {
  overwrite: refused(
    "New bytes stand under a version that is not above the one they replace",
    "mv tag v{next} -a -m WHY, or mv bump draft",
  ),
  reused: refused("A released version would name other bytes", "mv tag v{next} -a -m WHY, or mv bump draft"),
  "version-exists": refused("The version is already released", "mv tag v{next} -a -m WHY"),
  "version-not-above": refused("The version is not above the newest release of this line", "mv tag v{next} -a -m WHY"),
  "version-gap": refused("The version skips a number between releases", "mv tag v{next}, or --allow-gap"),
  "draft-declared": refused("HEAD declares a draft, which cannot be released as it is", "mv tag v{next} -m WHY"),
  "stage-rule": refused("The stage has a rule that the version does not meet", "see the rule; mv stages"),
  "self-approval": refused(
    "Nobody approves a version of their own",
    "somebody else: mv approve {version} {stage} -m WHY",
  ),
  "metric-gate": refused("A metric misses the bound that it must meet", "mv diff"),
  "not-assigned": refused("The version is not what is assigned to the stage", "mv stages"),
  split: refused("Versions cannot share a stage", "mv diff {a} {b}"),
  "no-earlier": refused("Nothing earlier ran on the stage", "--to VERSION"),
  race: refused("Somebody else was first", "repeat the command"),
  "metadata-changed": refused("Metadata changed after the release", "mv tag v{next patch} -a -m WHY"),
  unstaged: refused("Tracked files have changes that are not staged", "mv tag … -a, or git add / git stash"),
  "record-stale": refused("The record describes other bytes than the pointers", "mv add {path}"),
  "artifact-modified": refused("The artifact on disk is not what its pointer says", "mv add {path}"),
  "file-changing": refused("The file changed while it was read", "mv add {path} when the writer is done"),
  "binary-in-git": refused("A large binary file would go into Git itself", "mv add {path}"),
  "would-lose": refused("Bytes that are stored nowhere would be lost", "mv add {path}, or --force"),
  "name-says-version": refused("A file name carries a version; the tag is the version", "mv move {path} {new}"),
  "git-tracked": refused("Git itself tracks the file", "git rm --cached {path}"),
  "metadata-missing": refused("The record lacks a field that the policy requires", "mv set {field}=…"),
  "link-leaves": refused("A symbolic link points outside the folder", ".mvignore it, or copy the file in"),
  untracked: refused("Untracked files would not be part of the release", "git add, or .gitignore"),
  "object-missing": refused("An object is neither here nor on a remote", "mv push where it was added"),
  "no-reason": refused("A version needs a reason", "-m WHY"),
  "nothing-to-release": refused("There is nothing new to release", "mv add {path}"),
  branch: refused("This branch does not make releases", "git switch {allowed}"),
  "in-progress": refused("A merge, rebase, cherry-pick or revert is under way", "git {what} --continue or --abort"),
  conflict: refused("A merge left a conflict that mversion can settle", "mv merge --ours | --theirs"),
  detached: refused("The commit would be on no branch", "git switch -c NAME"),
  "commit-failed": refused("Git or one of your hooks refused the commit", "see the message above it"),
  "release-final": refused("A release is final", "git -c mversion.unlock={tag} …"),
  "untag-shared": refused("The release is pushed, on a stage or sealed by another", "mv retract {version} -m WHY"),
  "shared-artifact": refused("The artifact belongs to other models too", "--affected"),
  "seal-broken": refused("A release tag was moved or is gone", "mv verify --all"),
  "release-differs": refused("Tag, record, pointers and bytes of a release do not agree", "mv verify {version}"),
  "policy-loosened": refused("The change loosens the policy", "have it reviewed"),
  signature: refused("A tag is not signed, or not by whom it must be", "mv verify"),
  "self-authorising": refused(
    "What is to be checked would itself say who may sign it",
    "--allowed-signers COMMIT:PATH, or a file outside the repository",
  ),
  retracted: refused("The version is retracted", "mv log"),
  exists: refused("Something of that name is already there", "choose another name"),
  "not-tracked": refused("mversion does not track the path", "mv add {path}"),
  "bad-path": refused("The path cannot be tracked", "see the message"),
  "hooks-blocked": refused("The hooks cannot be installed here", "see the message"),
  "model-taken": refused(
    "The store has a model of that name from another repository",
    "mv remote add with a path of its own",
  ),
  "gc-refused": refused("The store cannot be cleaned safely", "mv remote test {remote}"),
  "push-incomplete": refused("A remote does not hold all that a release needs", "mv push {version}"),
  "push-rejected": refused("The Git remote or a hook did not take the push", "mv pull, then mv push"),
  diverged: refused("Branch and upstream have each commits of their own", "git pull --rebase"),
  "only-copy": refused("The only copy would go", "mv push"),
  "no-space": refused("The disk has no room", "free some space"),
  "no-write": refused("A file or folder cannot be written", "check its permissions"),
  "no-read": refused("A file or folder cannot be read", "check its permissions"),
  "nothing-found": refused("Nothing of that kind is here", "mv log"),
  "audit-gaps": refused("An audit found questions without an answer", "see its gaps"),
  "check-failed": refused("mv check found something", "see its findings"),
  differs: refused("diff --exit-code found a difference", "mv diff"),
  usage: exit(2, "The command line is not understood", "--help"),
  "unknown-version": exit(2, "There is no such version", "mv log"),
  "model-needed": exit(2, "Several models could be meant", "--model NAME"),
  "unknown-model": exit(2, "There is no such model", "mv init --model NAME"),
  "unknown-stage": exit(2, "There is no such stage", "add it to stages in .mversion.yaml"),
  "bad-version": exit(2, "Not a semver version", "1.2.0, v1.2.0 or churn@v1.2.0"),
  partly: exit(3, "Part of the work was done", "repeat the command"),
  "no-repository": exit(10, "Not inside a Git repository", "git init"),
  "no-config": exit(10, "The repository has no .mversion.yaml", "mv init"),
  "git-needed": exit(10, "The command needs the git program", "install Git"),
  locked: exit(11, "Another process holds the lock", "repeat when it is done"),
  unreachable: exit(12, "A remote cannot be reached", "mv remote test {remote}"),
  denied: exit(12, "A remote does not allow it", "mv remote test {remote}"),
  "host-key": exit(12, "The host's key is not the one that is known", "ssh {host}, once, to compare and accept it"),
  "too-big": exit(12, "A remote does not take an object of that size", "another remote: mv remote add"),
  "bytes-wrong": exit(13, "Bytes do not match their hash", "mv verify"),
  "invalid-file": exit(13, "A file of ours cannot be read", "git restore {path}"),
  incomplete: exit(14, "The history or its tags are not all here", "git fetch --unshallow --tags"),
  internal: exit(70, "A bug in mversion", "report it"),
  interrupted: exit(130, "Interrupted", "repeat the command"),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorTable;

interface Options {
  /** The next command to type, or several, one a line. */
  hint?: string | undefined;
  /** Machine-readable facts for --json; never a secret. */
  details?: Record<string, unknown> | undefined;
  cause?: unknown;
}

/** A failure a user can understand: what failed, on which thing, and what to type next. */
export class MvError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: Options = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MvError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  get exit(): number {
    return errorTable[this.code].exit;
  }
}

export function isMvError(error: unknown): error is MvError {
  return error instanceof MvError;
}
