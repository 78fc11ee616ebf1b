import { remove } from "../../operations/remove.ts";
import type { CommandRun } from "../command.ts";
import { isOn, list } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { removeView } from "../views/remove.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const models = list(flags, "model");
  const result = await remove(project, {
    paths: operands,
    ...(models.length > 0 ? { models } : {}),
    delete: isOn(flags, "delete"),
    force: isOn(flags, "force"),
  });
  return { data: result, ...removeView(result, pathsFrom(project)) };
};
