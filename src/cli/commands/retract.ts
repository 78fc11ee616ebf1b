import { retract } from "../../operations/retract.ts";
import { quoted } from "../../operations/targets.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, operands, flags) => {
  const result = await retract(await context.project(), {
    version: operands[0] ?? "",
    model: text(flags, "model"),
    reason: text(flags, "message"),
    askReason: context.interactive ? (release: string) => context.ask(`Why is ${release} withdrawn? `) : undefined,
  });
  const out = `${result.model} ${result.version} retracted  tag ${printable(result.tag)}`;
  // Quoted: zsh may take # for a pattern.
  const notes = result.remotes.slice(0, 1).map((remote) => `Next: git push ${remote} ${printable(quoted(result.tag))}`);
  return { data: result, out, notes };
};
