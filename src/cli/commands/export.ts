import { EXPORT_FORMATS, exportVersion } from "../../operations/export.ts";
import type { CommandRun } from "../command.ts";
import { outputFile, text } from "../flags.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, [version = ""], flags) => {
  const format = EXPORT_FORMATS.find((name) => name === text(flags, "format")) ?? "json";
  const result = await exportVersion(await context.project(), {
    version,
    format,
    model: text(flags, "model"),
    template: text(flags, "template"),
    file: outputFile(flags),
  });
  if (result.file === null) return { data: result, out: result.text.replace(/\n$/, "") };
  return {
    data: result,
    out: `${printable(result.file)}  ${printable(`${result.model} ${result.version}`)}  ${result.format}`,
  };
};
