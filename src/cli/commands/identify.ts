import { identify } from "../../operations/identify.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { identifyView } from "../views/identify.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await identify(await context.project(), { what: operands[0] ?? "", model: text(flags, "model") });
  return { data: result, ...identifyView(result) };
};
