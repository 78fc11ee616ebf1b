import { type ErrorCode, MvError } from "../../errors.ts";
import { verify, type VerifyResult } from "../../operations/verify.ts";
import type { CommandRun } from "../command.ts";
import { isOn, list, text } from "../flags.ts";
import { problemLines, verifyView } from "../views/verify.ts";

/** The worst finding decides the exit status. */
const WORST_FIRST = [
  "bytes-wrong",
  "seal-broken",
  "signature",
  "release-differs",
  "record-stale",
] as const satisfies ErrorCode[];
const PARTLY = 3;

export const run: CommandRun = async (context, operands, flags) => {
  if (text(flags, "bundle") !== undefined) return (await import("./verify-bundle.ts")).run(context, operands, flags);
  if (text(flags, "remote") !== undefined) return (await import("./verify-remote.ts")).run(context, operands, flags);
  if (text(flags, "sample") !== undefined) {
    throw new MvError("usage", "--sample goes with --remote NAME", { hint: "mv verify --remote store --sample 5%" });
  }
  const project = await context.project();
  const result = await verify(project, {
    versions: operands,
    model: text(flags, "model"),
    all: isOn(flags, "all"),
    signatures: isOn(flags, "signatures"),
    allowedSigners: text(flags, "allowedSigners"),
    witnesses: list(flags, "witness"),
  });
  if (result.problems.length > 0) throw broken(result);
  return {
    data: result,
    ...verifyView(result, Object.keys(project.settings.remotes).length > 0),
    exit: result.absent.length > 0 ? PARTLY : 0,
  };
};

function broken(result: VerifyResult): MvError {
  const { problems } = result;
  const code = WORST_FIRST.find((code) => problems.some((problem) => problem.code === code)) ?? "release-differs";
  const hints = [...new Set(problems.map((problem) => problem.hint))];
  return new MvError(code, problemLines(result).join("\n"), { hint: hints.join("\n"), details: { ...result } });
}
