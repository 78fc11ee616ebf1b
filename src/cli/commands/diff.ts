import { diff } from "../../operations/diff.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { pathsFrom } from "../here.ts";
import { diffView } from "../views/diff.ts";
import { diffMarkdown } from "../views/diff-markdown.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const result = await diff(project, {
    from: operands[0],
    to: operands[1],
    model: text(flags, "model"),
    files: isOn(flags, "files"),
  });
  const exit = result.different && isOn(flags, "exitCode") ? 1 : 0;
  if (text(flags, "format") === "markdown") return { data: result, exit, out: diffMarkdown(result) };
  return { data: result, exit, ...diffView(result, context.style, pathsFrom(project)) };
};
