import { sign } from "../../operations/sign.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { signView } from "../views/sign.ts";

export const run: CommandRun = async (context, [version = ""], flags) => {
  const project = await context.project();
  const result = await sign(project, {
    version,
    model: text(flags, "model"),
    key: text(flags, "key"),
    askPassphrase: context.interactive
      ? (key: string) => context.ask(`Passphrase of ${key}: `, { secret: true })
      : undefined,
    into: text(flags, "output"),
    force: isOn(flags, "force"),
  });
  return { data: result, ...signView(result, project.cwd) };
};
