import { MvError } from "../../errors.ts";
import { confirm } from "../../operations/confirm.ts";
import { quoted } from "../../operations/targets.ts";
import type { CommandRun } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { printable } from "../terminal.ts";
import { eventNotes } from "../views/approve.ts";

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
    push: isOn(flags, "push"),
  });
  const { model, assignment, changed, confirmation } = result;
  const runs = `${model} ${result.version} runs on ${result.stage}`;
  const out = `${runs}${changed ? "" : ", confirmed already"}  tag ${confirmation.tag}`;
  const notes = [`Confirms ${assignment.tag}`, ...eventNotes(result)];
  return { data: result, out: printable(out), notes: notes.map(printable) };
};
