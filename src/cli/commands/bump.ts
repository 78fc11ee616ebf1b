import { bump } from "../../operations/bump.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await bump(await context.project(), {
    to: operands[0] ?? "",
    model: text(flags, "model"),
    affected: isOn(flags, "affected"),
    reason: text(flags, "message"),
  });
  const out = result.models.map(({ model, from, version }) =>
    from === version ? `${model} ${version}` : `${model} ${from} -> ${version}`,
  );
  return { data: result, out: out.join(", ") };
};
