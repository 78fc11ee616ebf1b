import type { VerifyBundleResult } from "../../operations/verify-bundle.ts";
import { printable } from "../terminal.ts";

export function verifyBundleView(result: VerifyBundleResult): { out: string; notes: string[] } {
  const { compared, files, root, absent, left_out: leftOut } = result;
  const notes: string[] = [];
  if (absent.length > 0) {
    notes.push(`Not here, so only their hashes were compared: ${absent.map(printable).join(", ")}. Next: mv fetch`);
  }
  if (leftOut.length > 0) notes.push(`Not covered by the signature: ${leftOut.map(printable).join(", ")}`);
  const count = `${files} ${files === 1 ? "file" : "files"}`;
  return { out: `${printable(compared)}  as signed  ${count}  ${root.slice(0, 8)}`, notes };
}

const WORDS: Record<VerifyBundleResult["findings"][number]["state"], string> = {
  changed: "has other bytes than were signed",
  added: "was not signed",
  missing: "was signed, and is missing",
  link: "is a link or no file, which is never signed",
};

/** Every file that is not as signed. */
export function findingLines({ compared, findings }: VerifyBundleResult): string[] {
  const lines = findings.map(({ path, state }) => `${printable(path)} ${WORDS[state]}`);
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) return [`${printable(compared)}: ${only}`];
  return [`${printable(compared)}: ${lines.length} files are not as signed`, ...lines.map((line) => `  ${line}`)];
}
