import { MvError } from "../../errors.ts";
import { route } from "../../operations/route.ts";
import { quoted } from "../../operations/targets.ts";
import type { CommandRun } from "../command.ts";
import { list, text } from "../flags.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, [stage = ""], flags) => {
  const from = text(flags, "keys");
  const keys = from === undefined ? list(flags, "key") : linesOf(from, await context.readInput());
  if (keys.length === 0 || keys.includes("")) {
    throw new MvError("usage", keys.length === 0 ? "mv route needs a key" : "An empty key would be everybody's", {
      hint: `mv route ${quoted(stage)} --key user-4711`,
    });
  }
  const unclear = keys.findIndex((key) => key.includes("\uFFFD"));
  if (unclear >= 0) {
    // Bytes that are no text all become U+FFFD, so two keys would be one, and others would route them elsewhere.
    throw new MvError("usage", `Key ${unclear + 1} is not UTF-8, or has U+FFFD, which stands for such bytes`, {
      hint: "give keys in UTF-8",
    });
  }
  const result = await route(await context.project(), { stage, model: text(flags, "model"), keys });
  const [only, ...others] = result.routes;
  const isOne = from === undefined && only !== undefined && others.length === 0;
  const rows = result.routes.map(({ key, version }) => `${printable(key)}\t${printable(version)}`);
  return { data: result, out: isOne ? printable(only.version) : rows.join("\n") };
};

function linesOf(from: string, input: string): string[] {
  if (from !== "-") throw new MvError("usage", `--keys ${from}: keys come from standard input`, { hint: "--keys -" });
  return input.replace(/\r?\n$/, "").split(/\r?\n/);
}
