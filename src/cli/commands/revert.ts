import { revert } from "../../operations/revert.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { savedNotes } from "../views/saved.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await revert(await context.project(), {
    version: operands[0] ?? "",
    model: text(flags, "model"),
    reason: text(flags, "message"),
    affected: isOn(flags, "affected"),
    force: isOn(flags, "force"),
  });
  const out = `${result.model} ${result.version} prepared from ${result.from}; code and data stay`;
  const affected = result.affected.map((item) => `${item.model} ${item.version}: its artifact changed too`);
  return { data: result, out, notes: [...savedNotes(result.saved), ...affected, `Next: ${result.next}`] };
};
