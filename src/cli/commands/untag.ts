import { untag } from "../../operations/untag.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await untag(await context.project(), { version: operands[0] ?? "", model: text(flags, "model") });
  const record =
    result.declared === null
      ? "the record is left as it is"
      : `the record is back at ${printable(result.declared)}, staged`;
  return { data: result, out: `${printable(result.tag)} removed. Its commit stays; ${record}.` };
};
