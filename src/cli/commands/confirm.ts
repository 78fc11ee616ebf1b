import { MvError } from "../../errors.ts";
import { confirm } from "../../operations/confirm.ts";
import { quoted } from "../../operations/targets.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { printable } from "../terminal.ts";

export const run: CommandRun = async (context, [stage = ""], flags) => {
  const version = text(flags, "version");
  if (version === undefined) {
    throw new MvError("usage", "mv confirm needs the version that runs there", {
      hint: `mv confirm ${quoted(stage)} --version v1.2.0`,
    });
  }
  const result = await confirm(await context.project(), {
    stage,
    version,
    model: text(flags, "model"),
    source: text(flags, "source"),
    note: text(flags, "message"),
  });
  const { model, assignment, changed, confirmation, remotes } = result;
  const runs = `${model} ${result.version} runs on ${result.stage}`;
  const out = `${runs}${changed ? "" : ", confirmed already"}  tag ${confirmation.tag}`;
  const push = changed ? remotes.slice(0, 1) : [];
  const next = push.map((remote) => `Next: git push ${remote} ${quoted(confirmation.tag)}`);
  return { data: result, out: printable(out), notes: [`Confirms ${assignment.tag}`, ...next].map(printable) };
};
