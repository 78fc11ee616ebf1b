import { doctor } from "../../operations/doctor.ts";
import type { CommandRun } from "../command.ts";
import { doctorView } from "../views/doctor.ts";
import { rows } from "./index.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const result = await doctor(
    { cwd: context.cwd, env: context.env, warn: context.warn, report: context.report },
    {
      node: process.versions.node,
      verbs: rows.filter(({ hidden }) => !hidden).map(({ name }) => name),
      remotes: flags["remotes"] !== false,
    },
  );
  return { data: result, ...doctorView(result), exit: result.findings > 0 ? 1 : 0 };
};
