import { revert } from "../../operations/revert.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { printable } from "../terminal.ts";
import { affectedNotes, savedNotes } from "../views/saved.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const result = await revert(project, {
    version: operands[0] ?? "",
    model: text(flags, "model"),
    reason: text(flags, "message"),
    affected: isOn(flags, "affected"),
    force: isOn(flags, "force"),
  });
  const out = `${result.model} ${result.version} prepared from ${result.from}; code and data stay`;
  const notes = [
    ...savedNotes(result.saved, pathsFrom(project)),
    ...affectedNotes(result.affected),
    `Next: ${printable(result.next)}`,
  ];
  return { data: result, out, notes };
};
