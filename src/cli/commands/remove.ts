import { remove } from "../../operations/remove.ts";
import type { CommandRun } from "../command.ts";
import { isOn } from "../flags.ts";
import { removeView } from "../views/remove.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await remove(await context.project(), {
    paths: operands,
    delete: isOn(flags, "delete"),
    force: isOn(flags, "force"),
  });
  return { data: result, ...removeView(result) };
};
