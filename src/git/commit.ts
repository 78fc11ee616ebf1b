// A real `git commit`: the user's hooks, signing and identity.
import { MvError } from "../errors.ts";
import type { CommitInput } from "./git.ts";
import { resolveCommit } from "./refs.ts";
import { change } from "./simple.ts";
import { type Place, words } from "./spawn.ts";

/** What is kept of a long refusal, in characters; the last lines say what failed. */
const TAIL = 4000;

/**
 * The message comes by stdin, so Git opens no editor. Its commit.cleanup could be `strip`, which drops lines that start
 * with "#", such as a reason "#4711 retrained". No option of ours may reach the hooks by the environment, as
 * --literal-pathspecs would: lint-staged uses patterns.
 */
export async function commit(
  place: Place,
  input: CommitInput,
  onOutput: ((text: string) => void) | null,
): Promise<string> {
  if (input.message.trim() === "") throw new MvError("commit-failed", "a commit needs a message");
  const args = ["commit", "--quiet", "--cleanup=whitespace", "--file=-"];
  if (input.all) args.push("--all");
  if (input.allowEmpty) args.push("--allow-empty");
  const message = input.message.endsWith("\n") ? input.message : `${input.message}\n`;
  const { status, output } = await change(place.root, { args, input: message, env: input.env, onOutput });
  if (status !== 0) {
    const text = words(output === "" ? "a hook refused the commit without a word" : output);
    throw new MvError("commit-failed", text.slice(-TAIL), { details: { status } });
  }
  const oid = await resolveCommit(place, "HEAD");
  if (oid === null) throw new MvError("internal", "git commit made no commit");
  return oid;
}
