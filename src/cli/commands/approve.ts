import { approve } from "../../operations/approve.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { approveView } from "../views/approve.ts";

export const run: CommandRun = async (context, [version = "", stage = ""], flags) => {
  const result = await approve(await context.project(), {
    version,
    stage,
    model: text(flags, "model"),
    push: isOn(flags, "push"),
    reason: text(flags, "message"),
    askReason: context.interactive ? (what: string) => context.ask(`${what}: why? `) : undefined,
  });
  return { data: result, ...approveView(result) };
};
