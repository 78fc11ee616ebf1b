import { rollback } from "../../operations/rollback.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { changedStageView } from "../views/changed-stage.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await rollback(await context.project(), {
    stage: operands[0] ?? "",
    model: text(flags, "model"),
    to: text(flags, "to"),
    push: isOn(flags, "push"),
    reason: text(flags, "message"),
    askReason: context.interactive ? (what: string) => context.ask(`Why ${what}? `) : undefined,
  });
  return { data: result, ...changedStageView(result) };
};
