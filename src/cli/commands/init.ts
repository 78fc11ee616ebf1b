import { init, proposedName } from "../../operations/init.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { programPath } from "../program-path.ts";
import { initView } from "../views/init.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const around = { cwd: context.cwd, env: context.env, warn: context.warn };
  const input = { tagPrefix: text(flags, "tagPrefix"), hooks: flags["hooks"] !== false, program: programPath() };
  let model = text(flags, "model");
  let createRepository = context.yes;
  if (context.interactive) {
    const { needsModel, needsRepository } = await import("../../operations/init/needs.ts").then((module) =>
      module.needs(around),
    );
    if (needsRepository)
      createRepository = /^(y|yes|)$/i.test(
        await context.ask("This folder is not in a Git repository. Run git init here? [Y/n] "),
      );
    if (needsModel && model === undefined) {
      const proposal = await proposedName(context.cwd);
      model = (await context.ask(`Name of the model [${proposal}]: `)) || proposal;
    }
  }
  const result = await init(around, { ...input, model, createRepository });
  return { data: result, ...initView(result) };
};
