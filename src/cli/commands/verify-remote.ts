import { MvError } from "../../errors.ts";
import { verifyRemote, type VerifyRemoteResult } from "../../operations/verify-remote.ts";
import type { CommandRun, Values } from "../command.ts";
import { isOn, text } from "../flags.ts";
import { findingLines, verifyRemoteView } from "../views/verify-remote.ts";

/** `mv verify --remote`. */
export const run: CommandRun = async (context, operands, flags) => {
  if (isOn(flags, "signatures") || text(flags, "allowedSigners") !== undefined) {
    throw new MvError("usage", "--remote reads bytes of a store; signatures are in the tags here", {
      hint: "mv verify --all --signatures",
    });
  }
  if (isOn(flags, "all") && operands.length > 0) {
    throw new MvError("usage", "--all: give versions or --all", { hint: "mv verify --remote NAME --all" });
  }
  const result = await verifyRemote(await context.project(), {
    remote: text(flags, "remote") ?? "",
    versions: operands,
    model: text(flags, "model"),
    sample: sampleOf(flags),
  });
  const view = verifyRemoteView(result);
  if (result.findings.length + result.release_files.findings.length === 0) return { data: result, ...view };
  for (const note of view.notes) context.warn(note);
  throw broken(result);
};

function broken(result: VerifyRemoteResult): MvError {
  const { remote, findings } = result;
  const isWrong = findings.some(({ state }) => state !== "missing" && state !== "withheld");
  const code = isWrong ? "bytes-wrong" : findings.length > 0 ? "object-missing" : "release-differs";
  const isKept = !result.healed_by_push && findings.some(({ state }) => state !== "missing");
  const first = isKept
    ? "have the host remove these objects, as it takes no other bytes for what it says it has; then "
    : "";
  return new MvError(code, findingLines(result).join("\n"), {
    hint: `${first}mv push --all --remote ${remote}, in a clone that has the right bytes; then this again`,
    details: { ...result },
  });
}

function sampleOf(flags: Values): number | undefined {
  const word = text(flags, "sample");
  if (word === undefined) return undefined;
  const [, digits = ""] = /^(\d{1,3}(?:\.\d{1,6})?)%?$/.exec(word) ?? [];
  const percent = digits === "" ? 0 : Number(digits);
  if (percent > 0 && percent <= 100) return percent;
  throw new MvError("usage", `--sample ${word}: give a percentage above 0 and up to 100`, { hint: "--sample 5%" });
}
