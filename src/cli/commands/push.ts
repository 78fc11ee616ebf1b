import { push } from "../../operations/push.ts";
import type { CommandRun } from "../command.ts";
import { isOn, jobs, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { pushView } from "../views/push.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const result = await push(project, {
    words: operands,
    all: isOn(flags, "all"),
    // commander's name of --no-git.
    noGit: flags["git"] === false,
    model: text(flags, "model"),
    remote: text(flags, "remote"),
    jobs: jobs(flags),
    dryRun: isOn(flags, "dryRun"),
  });
  return { data: result, ...pushView(result, pathsFrom(project)) };
};
