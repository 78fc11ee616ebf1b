import { show } from "../../operations/show.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { showView } from "../views/show.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await show(await context.project(), { version: operands[0], model: text(flags, "model") });
  switch (text(flags, "format")) {
    case "record":
      // Byte for byte as committed; the output adds the last line break.
      return { data: result, out: result.record.text.replace(/\n$/, "") };
    case "metadata-json":
      return { data: result, out: JSON.stringify(result.metadata, null, 2) };
    default:
      return { data: result, ...showView(result, context.style) };
  }
};
