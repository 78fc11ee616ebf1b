import { MvError } from "../../errors.ts";
import { promote } from "../../operations/promote.ts";
import { promoteAt } from "../../operations/registry/elsewhere.ts";
import { aroundOf, type CommandRun } from "../command.ts";
import { address, isOn, text, wholeNumber } from "../flags.ts";
import { changedStageView } from "../views/changed-stage.ts";

export const run: CommandRun = async (context, operands, flags) => {
  if (operands.length > 2) {
    throw new MvError("usage", `mv promote takes a version and a stage, not ${operands.length} words`, {
      hint: "mv promote v1.2.0 production -m WHY",
    });
  }
  const [stage = "", version] = operands.toReversed();
  const input = {
    version,
    stage,
    model: text(flags, "model"),
    weight: wholeNumber(flags, "weight"),
    split: text(flags, "split"),
    push: isOn(flags, "push"),
    reason: text(flags, "message"),
    askReason: context.interactive ? (what: string) => context.ask(`Why ${what}? `) : undefined,
  };
  const repo = address(flags, "repo");
  const result =
    repo === undefined
      ? await promote(await context.project(), input)
      : await promoteAt(aroundOf(context), repo, input);
  return { data: result, ...changedStageView(result) };
};
