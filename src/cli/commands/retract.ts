import { retract } from "../../operations/retract.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await retract(await context.project(), {
    version: operands[0] ?? "",
    model: text(flags, "model"),
    reason: text(flags, "message"),
  });
  const out = `${result.model} ${result.version} retracted  tag ${printable(result.tag)}`;
  return { data: result, out, notes: [`Others learn of it with: git push origin ${printable(result.tag)}`] };
};
