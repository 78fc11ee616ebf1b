// The reason that every event needs.
import { MvError } from "../../errors.ts";

/** The reason given, or asked for; fails with no-reason, naming the command to type again. */
export async function eventReason(
  given: { reason?: string | undefined; askReason?: ((what: string) => Promise<string>) | undefined },
  what: string,
  again: string,
): Promise<string> {
  const reason = (given.reason?.trim() ? given.reason : await given.askReason?.(what))?.trim();
  if (reason) return reason;
  throw new MvError("no-reason", `${what} needs a reason`, { hint: again });
}
