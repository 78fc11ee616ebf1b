import { tag } from "../../operations/tag.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { tagView } from "../views/tag.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const project = await context.project();
  const input = {
    versions: operands,
    model: text(flags, "model"),
    reason: text(flags, "message"),
    askReason: context.interactive ? (releases: string) => context.ask(`Why ${releases}? `) : undefined,
    all: isOn(flags, "all"),
    allowGap: isOn(flags, "allowGap"),
    bundle: text(flags, "bundle"),
    askPassphrase: context.interactive
      ? (key: string) => context.ask(`Passphrase of ${key}: `, { secret: true })
      : undefined,
    sign: typeof flags["sign"] === "boolean" ? flags["sign"] : undefined,
  };
  const result = await tag(project, input);
  return { data: result, ...tagView(result) };
};
