// The hooks of mversion, and how they call the program. The scripts themselves are templates/hooks/<event>.
//
//   "$program" hook <event> "$@"       program: git config mversion.program, else git-mversion on PATH
//
// with Git's own arguments, current folder and environment (GIT_INDEX_FILE, GITHEAD_<oid>, GIT_CONFIG_PARAMETERS), and for
// pre-push and post-rewrite Git's lines on stdin. Only called where there is something to decide:
//   pre-commit, pre-merge-commit   something of ours is staged, a merge changes it, or a blob is above max_git_binary
//   pre-push                       a release tag or a commit that touches our files is pushed, or a tag unknown here
//   post-checkout, post-merge, post-rewrite   our files differ between the old and the new tree
// Exit 0 lets Git go on, anything else refuses with the words on stderr; of a post hook it is ignored. MVERSION_NESTED in the
// environment says that a command of ours runs this Git and may hold the lock: post hooks are not called then.
// reference-transaction never starts the program. After what fires no hook of these (reset --hard, stash, cherry-pick, an
// abort) nothing follows, and nothing need be remembered: status tells by the bytes that the pointer moved.

export const HOOKS = [
  "pre-commit",
  "pre-merge-commit",
  "pre-push",
  "post-checkout",
  "post-merge",
  "post-rewrite",
  "reference-transaction",
] as const;

export type Hook = (typeof HOOKS)[number];

/** How many arguments Git gives. */
export const ARGUMENTS: Readonly<Record<Hook, number>> = {
  "pre-commit": 0,
  "pre-merge-commit": 0,
  "pre-push": 2,
  "post-checkout": 3,
  "post-merge": 1,
  "post-rewrite": 1,
  "reference-transaction": 1,
};

/** Those that get lines on stdin and may have to share them. */
export const READS_STDIN: readonly Hook[] = ["pre-push", "post-rewrite", "reference-transaction"];

/** Of the scripts we write; an older one is replaced by the next install. Stands in the second line of each. */
export const SCRIPT_VERSION = 1;

/** What a foreign hook is called while ours stands in its place and runs it. */
export const NEXT_SUFFIX = ".mversion-next";

/** The version of a script of ours, or null where the text is not one. */
export function scriptVersion(text: string): number | null {
  const found = /^#![^\n]*\n# mversion hook (\d+) \(/.exec(text);
  return found ? Number(found[1]) : null;
}
