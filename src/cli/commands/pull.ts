import { pull } from "../../operations/pull.ts";
import type { CommandRun } from "../command.ts";
import { isOn, jobs, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { pullView } from "../views/pull.ts";

/** Of a pull that could not get all bytes. */
const PARTLY = 3;

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const result = await pull(project, {
    words: operands,
    model: text(flags, "model"),
    jobs: jobs(flags),
    dryRun: isOn(flags, "dryRun"),
  });
  const isPart = result.absent.length > 0;
  return { data: result, ...pullView(result, pathsFrom(project)), ...(isPart ? { exit: PARTLY } : {}) };
};
