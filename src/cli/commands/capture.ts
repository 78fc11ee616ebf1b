import { captureInto } from "../../operations/capture.ts";
import { readGivenFiles } from "../../operations/values.ts";
import type { CommandRun } from "../command.ts";
import { list, pythonPath, text } from "../flags.ts";
import { captureView } from "../views/capture.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const [params, metrics] = [list(flags, "params"), list(flags, "metrics")];
  const result = await captureInto(await context.project(), {
    model: text(flags, "model"),
    python: pythonPath(context.cwd, text(flags, "python")),
    ...(params.length > 0 ? { hyperparameters: await readGivenFiles(context.cwd, params) } : {}),
    ...(metrics.length > 0 ? { metrics: await readGivenFiles(context.cwd, metrics) } : {}),
  });
  return { data: result, ...captureView(result) };
};
