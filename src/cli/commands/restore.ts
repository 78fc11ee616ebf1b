import { restore } from "../../operations/restore.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { restoreView } from "../views/restore.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const result = await restore(project, {
    words: operands,
    model: text(flags, "model"),
    affected: isOn(flags, "affected"),
    force: isOn(flags, "force"),
  });
  return { data: result, ...restoreView(result, pathsFrom(project)) };
};
