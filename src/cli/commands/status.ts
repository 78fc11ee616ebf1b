import { status, type StatusResult } from "../../operations/status.ts";
import type { CommandRun } from "../command.ts";
import { isOn } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { statusView } from "../views/status.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const project = await context.project();
  const result = await status(project);
  const exit = isOn(flags, "exitCode") && !isClean(result) ? 1 : 0;
  return { data: result, ...statusView(result, pathsFrom(project)), exit };
};

function isClean({ artifacts, models, conflicts, broken, interrupted }: StatusResult): boolean {
  const isAsPointed = artifacts.every(({ state }) => state === "unchanged" || state === "external");
  return (
    isAsPointed && conflicts.length + broken.length === 0 && interrupted === null && !models.some(({ stale }) => stale)
  );
}
