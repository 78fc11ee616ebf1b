import { parseDuration } from "../../config/units.ts";
import { MvError } from "../../errors.ts";
import { gc } from "../../operations/gc.ts";
import type { CommandRun, Context, Outcome, Values } from "../command.ts";
import { isOn, list, text } from "../flags.ts";
import { bytes } from "../terminal.ts";
import { gcRemoteView, gcView, unlockView } from "../views/gc.ts";

export const run: CommandRun = async (context, _operands, flags) => {
  const remote = text(flags, "remote");
  if (remote !== undefined) return cleanStore(context, remote, flags);
  for (const flag of ["ignoreLost", "unlock"]) {
    if (!isOn(flags, flag)) continue;
    throw new MvError("usage", "--ignore-lost and --unlock go with --remote NAME", { hint: "mv gc --help" });
  }
  return cleanCache(context, flags);
};

async function cleanCache(context: Context, flags: Values): Promise<Outcome> {
  const project = await context.project();
  const input = { grace: graceOf(flags), forget: list(flags, "forget") };
  const dryRun = isOn(flags, "dryRun");
  if (!dryRun && !context.yes) {
    requireSomebody(context, "mv gc");
    const found = await gc(project, { ...input, dryRun: true });
    if (found.removed.length + found.quarantined === 0) return { data: found, ...gcView(found) };
    if (!(await isWanted(context, found.removed.length, found.bytes + found.quarantined))) {
      return { data: found, out: "Nothing was removed" };
    }
  }
  const result = await gc(project, { ...input, dryRun });
  return { data: result, ...gcView(result) };
}

async function cleanStore(context: Context, remote: string, flags: Values): Promise<Outcome> {
  const { gcRemote, gcUnlock } = await import("../../operations/gc-remote.ts");
  const project = await context.project();
  if (isOn(flags, "unlock")) {
    const data = await gcUnlock(project, remote);
    return { data, ...unlockView(data) };
  }
  const dryRun = isOn(flags, "dryRun");
  const mustAsk = !dryRun && !context.yes;
  if (mustAsk) requireSomebody(context, `mv gc --remote ${remote}`);
  let isRefused = false;
  const data = await gcRemote(project, {
    remote,
    dryRun,
    grace: graceOf(flags),
    forget: list(flags, "forget"),
    ignoreLost: isOn(flags, "ignoreLost"),
    approve: async (found) => {
      const isApproved =
        !mustAsk ||
        found.removed.length + found.uploads.length === 0 ||
        (await isWanted(context, found.removed.length, found.bytes, found.uploads.length));
      isRefused = !isApproved;
      return isApproved;
    },
  });
  return isRefused ? { data, out: "Nothing was removed" } : { data, ...gcRemoteView(data) };
}

function requireSomebody(context: Context, line: string): void {
  if (context.interactive) return;
  throw new MvError("usage", `${line} removes bytes for good, and nobody can be asked here`, {
    hint: `${line} --dry-run, then: ${line} --yes`,
  });
}

async function isWanted(context: Context, count: number, size: number, uploads = 0): Promise<boolean> {
  const what = count === 1 ? "1 object" : `${count} objects`;
  const parts = uploads === 0 ? "" : ` and ${uploads} unfinished ${uploads === 1 ? "upload" : "uploads"}`;
  return /^y(es)?$/i.test(await context.ask(`Remove ${what} (${bytes(size)})${parts} for good? [y/N] `));
}

function graceOf(flags: Values): number | undefined {
  const word = text(flags, "grace");
  if (word === undefined) return undefined;
  const grace = parseDuration(word);
  if (grace !== null) return grace;
  throw new MvError("usage", `--grace ${word}: give a time such as 14d or 12h`);
}
