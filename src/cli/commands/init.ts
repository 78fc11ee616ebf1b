import { init } from "../../operations/init.ts";
import { needs } from "../../operations/init/needs.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { programPath } from "../program-path.ts";
import { initView } from "../views/init.ts";

/** Done, but without the hooks that were asked for. */
const PARTLY = 3;

export const run: CommandRun = async (context, _operands, flags) => {
  const around = { cwd: context.cwd, env: context.env, warn: context.warn };
  let model = text(flags, "model");
  let createRepository = context.yes;
  if (context.interactive) {
    const missing = await needs(around);
    if (missing.repository) {
      const answer = await context.ask("This folder is not in a Git repository. Run git init here? [Y/n] ");
      createRepository = /^(y|yes|)$/i.test(answer);
    }
    if (missing.model && model === undefined && (createRepository || !missing.repository)) {
      model = (await context.ask(`Name of the model [${missing.proposal}]: `)) || missing.proposal;
    }
  }
  const result = await init(around, {
    model,
    tagPrefix: text(flags, "tagPrefix"),
    createRepository,
    hooks: flags["hooks"] !== false,
    program: programPath(),
  });
  return { data: result, ...initView(result), ...(result.hooksBlocked === null ? {} : { exit: PARTLY }) };
};
