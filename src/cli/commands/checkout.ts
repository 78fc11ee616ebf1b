import { checkout } from "../../operations/checkout.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { checkoutView } from "../views/checkout.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const result = await checkout(project, {
    version: operands[0] ?? "",
    model: text(flags, "model"),
    noData: flags["data"] === false,
    force: isOn(flags, "force"),
  });
  return { data: result, ...checkoutView(result, pathsFrom(project)) };
};
