import { status } from "../../operations/status.ts";
import type { CommandRun } from "../command.ts";
import { statusView } from "../views/status.ts";

export const run: CommandRun = async (context) => {
  const result = await status(await context.project());
  return { data: result, ...statusView(result) };
};
