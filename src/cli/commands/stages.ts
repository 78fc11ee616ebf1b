import { stages } from "../../operations/stages.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { stagesView } from "../views/stages.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const result = await stages(await context.project(), { model: text(flags, "model"), at: text(flags, "at") });
  return { data: result, ...stagesView(result) };
};
