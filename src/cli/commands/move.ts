import { move } from "../../operations/move.ts";
import type { CommandRun } from "../command.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, operands) => {
  const [from = "", to = ""] = operands;
  const result = await move(await context.project(), { from, to });
  const notes = result.models.length > 0 ? [`Records that name it now: ${result.models.join(", ")}`] : [];
  return { data: result, out: `${printable(result.from)} -> ${printable(result.to)}`, notes };
};
