// husky 9: Git's hooks are its own wrappers in .husky/_, each of which runs the user's .husky/<hook> with `sh -e`, found by
// its own file name. So our lines go into the user's script; a hook that husky does not wrap is a plain file beside the wrappers.
import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { block, removeBlocks } from "./blocks.ts";
import { type Hook, READS_STDIN } from "./events.ts";

const NOT_WRAPPED: readonly Hook[] = ["reference-transaction"];

/** Whether a hook folder is husky's: `_` with the script `h` that all wrappers source. */
export async function isHusky(hooksDir: string): Promise<boolean> {
  if (basename(hooksDir) !== "_") return false;
  return access(join(hooksDir, "h")).then(
    () => true,
    () => false,
  );
}

export function isWrapped(hook: Hook): boolean {
  return !NOT_WRAPPED.includes(hook);
}

/**
 * The user's script with our lines in front, so that an `exec` or `exit` of theirs does not skip them. They run our script
 * in the Git directory and do nothing in a clone without it: this file is committed. Pure.
 */
export function withHuskyLines(text: string, hook: Hook): string {
  const theirs = removeBlocks(text);
  const ours = block(READS_STDIN.includes(hook) ? sharingStdin(hook) : plain(hook));
  const shebang = /^#![^\n]*\n/.exec(theirs)?.[0] ?? "";
  return shebang + ours + theirs.slice(shebang.length);
}

function locate(hook: Hook): string {
  return `mversion_hook="$(git rev-parse --git-common-dir)/mversion/hooks/${hook}"`;
}

function plain(hook: Hook): string[] {
  return [locate(hook), 'if [ -x "$mversion_hook" ]; then "$mversion_hook" "$@" || exit $?; fi'];
}

// The rest of the script must read the same lines; a here-document adds one newline at its end.
function sharingStdin(hook: Hook): string[] {
  return [
    locate(hook),
    'if [ -x "$mversion_hook" ]; then',
    "  mversion_input=$(cat)",
    `  printf '%s\\n' "$mversion_input" | "$mversion_hook" "$@" || exit $?`,
    '  if [ -n "$mversion_input" ]; then',
    "    exec <<MVERSION_INPUT",
    "$mversion_input",
    "MVERSION_INPUT",
    "  else",
    "    exec </dev/null",
    "  fi",
    "fi",
  ];
}
