import { MvError } from "../../errors.ts";
import { merge } from "../../operations/merge.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { mergeView } from "../views/merge.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const [ours, theirs] = [isOn(flags, "ours"), isOn(flags, "theirs")];
  if (ours && theirs)
    throw new MvError("usage", "--ours and --theirs exclude each other", { hint: "mv merge --theirs" });
  const project = await context.project();
  const result = await merge(project, {
    side: ours ? "ours" : theirs ? "theirs" : undefined,
    model: text(flags, "model"),
    force: isOn(flags, "force"),
  });
  return { data: result, ...mergeView(result, pathsFrom(project)) };
};
