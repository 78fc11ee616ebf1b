import { parseDuration } from "../../config/units.ts";
import { MvError } from "../../errors.ts";
import { gc } from "../../operations/gc.ts";
import type { CommandRun } from "../command.ts";
import { isOn, list, text } from "../flags.ts";
import { bytes } from "../terminal.ts";
import { gcView } from "../views/gc.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const project = await context.project();
  const input = { grace: graceOf(text(flags, "grace")), forget: list(flags, "forget") };
  const dryRun = isOn(flags, "dryRun");
  if (!dryRun && !context.yes) {
    if (!context.interactive) {
      throw new MvError("usage", "mv gc removes bytes for good, and nobody can be asked here", {
        hint: "mv gc --dry-run, then: mv gc --yes",
      });
    }
    const found = await gc(project, { ...input, dryRun: true });
    const size = bytes(found.bytes + found.quarantined);
    if (found.removed.length + found.quarantined === 0) return { data: found, ...gcView(found) };
    const answer = await context.ask(`Remove ${found.removed.length} objects (${size}) for good? [y/N] `);
    if (!/^y(es)?$/i.test(answer)) return { data: found, out: "Nothing was removed" };
  }
  const result = await gc(project, { ...input, dryRun });
  return { data: result, ...gcView(result) };
};

function graceOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const grace = parseDuration(word);
  if (grace !== null) return grace;
  throw new MvError("usage", `--grace ${word}: give a time such as 14d or 12h`);
}
