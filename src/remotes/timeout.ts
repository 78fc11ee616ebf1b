// How long a server may be silent: `git config mversion.timeout SECONDS`.
import { MvError } from "../errors.ts";
import type { RemoteContext } from "./remote.ts";

const DEFAULT_SECONDS = 60;

/** Milliseconds without a byte after which a connection counts as broken. Throws MvError usage for what is no number. */
export async function timeoutOf(context: Pick<RemoteContext, "gitConfig">): Promise<number> {
  const text = (await context.gitConfig("mversion.timeout")) ?? String(DEFAULT_SECONDS);
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return Math.ceil(seconds * 1000);
  throw new MvError("usage", `git config mversion.timeout ${text}: give seconds`, {
    hint: `git config mversion.timeout ${DEFAULT_SECONDS}`,
  });
}
