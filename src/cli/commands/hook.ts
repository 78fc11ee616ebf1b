import { hook } from "../../operations/hook.ts";
import type { CommandRun } from "../command.ts";
import { hookView } from "../views/hook.ts";

export const run: CommandRun = async (context, operands) => {
  const [name = "", ...args] = operands;
  const result = await hook(
    { cwd: context.cwd, env: context.env, warn: () => undefined, report: context.report },
    { name, args, readInput: context.readInput },
  );
  return { data: result, ...hookView(result), ...(result.refused ? { exit: 1 } : {}) };
};
