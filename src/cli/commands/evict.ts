import { evict } from "../../operations/evict.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text, wholeNumber } from "../flags.ts";
import { evictView } from "../views/evict.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await evict(await context.project(), {
    words: operands,
    model: text(flags, "model"),
    keepLast: wholeNumber(flags, "keepLast"),
    dryRun: isOn(flags, "dryRun"),
  });
  return { data: result, ...evictView(result) };
};
