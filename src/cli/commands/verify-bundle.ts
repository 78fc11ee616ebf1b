import { MvError } from "../../errors.ts";
import { verifyBundle } from "../../operations/verify-bundle.ts";
import type { CommandRun } from "../command.ts";
import { text } from "../flags.ts";
import { findingLines, verifyBundleView } from "../views/verify-bundle.ts";

const PARTLY = 3;

export const run: CommandRun = async (context, [subject, ...others], flags) => {
  const [bundle = "", publicKey] = [text(flags, "bundle"), text(flags, "publicKey")];
  if (publicKey === undefined || others.length > 0) {
    throw new MvError("usage", "--bundle: give the signer's public key, and one VERSION or folder", {
      hint: `mv verify --bundle ${bundle} --public-key FILE VERSION`,
    });
  }
  const { cwd, report, project } = context;
  const result = await verifyBundle(
    { cwd, report, project },
    { bundle, publicKey, subject, model: text(flags, "model") },
  );
  if (result.findings.length > 0) {
    throw new MvError("bytes-wrong", findingLines(result).join("\n"), {
      hint: "do not use it; get it anew: mv get SOURCE VERSION -o DIR",
      details: { ...result },
    });
  }
  return { data: result, ...verifyBundleView(result), exit: result.absent.length > 0 ? PARTLY : 0 };
};
