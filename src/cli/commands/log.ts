import { MvError } from "../../errors.ts";
import { log } from "../../operations/log.ts";
import type { CommandRun, Context, Outcome, Values } from "../command.ts";
import { isOn, text, wholeNumber } from "../flags.ts";
import { logCsv, logView } from "../views/log.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const max = wholeNumber(flags, "max");
  if (max === 0) throw new MvError("usage", "--max 0: give how many releases to list", { hint: "mv log --max 10" });
  const stage = text(flags, "stage");
  if (stage !== undefined) return ofStage(context, stage, flags);
  if (isOn(flags, "changelog")) return asChangelog(context, flags);
  const result = await log(await context.project(), { model: text(flags, "model"), sort: text(flags, "sort"), max });
  if (isOn(flags, "csv")) return { data: result, out: logCsv(result) };
  return { data: result, ...logView(result, { full: isOn(flags, "full"), style: context.style }) };
};

const ofStage = async (context: Context, stage: string, flags: Values): Promise<Outcome> => {
  for (const other of ["sort", "csv", "changelog"]) {
    if (flags[other] === undefined) continue;
    throw new MvError("usage", `--${other} is for releases, not for a stage`, { hint: `mv log --stage ${stage}` });
  }
  const { stageLog } = await import("../../operations/stage-log.ts");
  const { stageLogView } = await import("../views/stage-log.ts");
  const input = { stage, model: text(flags, "model"), max: wholeNumber(flags, "max") };
  const result = await stageLog(await context.project(), input);
  return { data: result, ...stageLogView(result, { full: isOn(flags, "full"), style: context.style }) };
};

const asChangelog = async (context: Context, flags: Values): Promise<Outcome> => {
  for (const other of ["sort", "csv", "full"]) {
    if (flags[other] === undefined) continue;
    throw new MvError("usage", `--${other} has no meaning for a changelog`, { hint: "mv log --changelog" });
  }
  const { changelog } = await import("../../operations/changelog.ts");
  const { changelogView } = await import("../views/changelog.ts");
  const result = await changelog(await context.project(), {
    model: text(flags, "model"),
    max: wholeNumber(flags, "max"),
  });
  return { data: result, ...changelogView(result) };
};
