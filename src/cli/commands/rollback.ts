import { rollbackAt } from "../../operations/registry/elsewhere.ts";
import { rollback } from "../../operations/rollback.ts";
import { aroundOf, type CommandRun } from "../command.ts";
import { address, isOn, text } from "../flags.ts";
import { changedStageView } from "../views/changed-stage.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const input = {
    stage: operands[0] ?? "",
    model: text(flags, "model"),
    to: text(flags, "to"),
    push: isOn(flags, "push"),
    reason: text(flags, "message"),
    askReason: context.interactive ? (what: string) => context.ask(`Why ${what}? `) : undefined,
  };
  const repo = address(flags, "repo");
  const result =
    repo === undefined
      ? await rollback(await context.project(), input)
      : await rollbackAt(aroundOf(context), repo, input);
  return { data: result, ...changedStageView(result) };
};
