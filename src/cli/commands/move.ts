import { move } from "../../operations/move.ts";
import type { CommandRun } from "../command.ts";
import { pathsFrom } from "../here.ts";

export const run: CommandRun = async (context, operands) => {
  const [from = "", to = ""] = operands;
  const project = await context.project();
  const result = await move(project, { from, to });
  const here = pathsFrom(project);
  const notes = result.models.length > 0 ? [`Records that name it now: ${result.models.join(", ")}`] : [];
  return { data: result, out: `${here.shown(result.from)} -> ${here.shown(result.to)}`, notes };
};
