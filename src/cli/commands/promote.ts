import { promote } from "../../operations/promote.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { promoteView } from "../views/promote.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const result = await promote(project, {
    version: operands[0] ?? "",
    stage: operands[1] ?? "",
    model: text(flags, "model"),
    reason: text(flags, "message"),
    askReason: context.interactive ? (what: string) => context.ask(`Why ${what}? `) : undefined,
  });
  return { data: result, ...promoteView(result) };
};
