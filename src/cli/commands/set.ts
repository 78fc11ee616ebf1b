import { MvError } from "../../errors.ts";
import { isTextField } from "../../model/record.ts";
import { parseWord } from "../../model/yaml.ts";
import { set } from "../../operations/set.ts";
import type { CommandRun } from "../command.ts";
import { list, pair, text } from "../flags.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const unset = list(flags, "unset");
  if (operands.length === 0 && unset.length === 0) {
    throw new MvError("usage", "Name a field and its value", { hint: "mv set metrics.accuracy=0.91" });
  }
  const values = operands.map((word) => {
    const [key, value] = pair(word, "mv set");
    return [key, isTextField(key) ? value : parseWord(value, key)] as const;
  });
  const result = await set(await context.project(), { model: text(flags, "model"), values, unset });
  const changed = result.changed.length > 0 ? result.changed.map(printable).join(", ") : "nothing to change";
  const notes = result.correction === null ? [] : [`That corrects a release. Next: ${result.correction}`];
  return { data: result, out: `${result.model}  ${changed}`, notes };
};
