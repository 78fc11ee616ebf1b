import { fetch } from "../../operations/fetch.ts";
import type { CommandRun } from "../command.ts";
import { isOn, jobs, text } from "../flags.ts";
import { fetchView } from "../views/fetch.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await fetch(await context.project(), {
    words: operands,
    all: isOn(flags, "all"),
    model: text(flags, "model"),
    remote: text(flags, "remote"),
    jobs: jobs(flags),
    dryRun: isOn(flags, "dryRun"),
  });
  return { data: result, ...fetchView(result) };
};
