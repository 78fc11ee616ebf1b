import { MvError } from "../../errors.ts";
import { log } from "../../operations/log.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text, wholeNumber } from "../flags.ts";
import { logCsv, logView } from "../views/log.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const max = wholeNumber(flags, "max");
  if (max === 0) throw new MvError("usage", "--max 0: give how many releases to list", { hint: "mv log --max 10" });
  const result = await log(await context.project(), { model: text(flags, "model"), sort: text(flags, "sort"), max });
  if (isOn(flags, "csv")) return { data: result, out: logCsv(result) };
  return { data: result, ...logView(result, { full: isOn(flags, "full"), style: context.style }) };
};
