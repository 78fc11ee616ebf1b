import type { VerifyResult } from "../../operations/verify.ts";
import { printable, short, table } from "../terminal.ts";

/** Paths that are named before the rest is counted. */
const MOST_PATHS = 10;

/** What was checked, where nothing is broken. */
export function verifyView(result: VerifyResult, hasRemotes: boolean): { out: string; notes: string[] } {
  const rows = result.worktree
    ? result.worktree.map((artifact) => [printable(artifact.path), artifact.state, short(artifact.sha256)])
    : result.releases.map((release) => [
        `${printable(release.model)} ${printable(release.version)}`,
        release.objects.absent === 0 ? "ok" : `${release.objects.absent} not here`,
        `${release.objects.checked} ${release.objects.checked === 1 ? "object" : "objects"}`,
        signatureWords(release),
      ]);
  const paths = [...new Set(result.absent.map((item) => printable(item.path)))];
  const more = paths.length > MOST_PATHS ? `, and ${paths.length - MOST_PATHS} more` : "";
  const next = result.worktree ? "mv restore" : hasRemotes ? "mv fetch" : "mv add, where the bytes still are";
  const named = `${paths.slice(0, MOST_PATHS).join(", ")}${more}`;
  const notes = paths.length > 0 ? [`Not here, so not checked: ${named}. Next: ${next}`] : [];
  const { events } = result;
  if (events > 0) notes.push(`And ${events} ${events === 1 ? "tag" : "tags"} of stages, approvals and retractions`);
  if (rows.length === 0) notes.push(result.worktree ? "There is no artifact yet." : "There is no release yet.");
  return { out: table(rows), notes };
}

function signatureWords({ signed, signature }: VerifyResult["releases"][number]): string {
  if (!signed) return "unsigned";
  return signature?.principal ? `signed by ${printable(signature.principal)}` : "signed, not checked";
}

/** Every broken thing, a line each under a line that counts them. */
export function problemLines({ problems }: VerifyResult): string[] {
  const lines = problems.map(({ what, message }) => `${printable(what)}: ${printable(message)}`);
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) return [only];
  return [`${lines.length} things are broken`, ...lines.map((line) => `  ${line}`)];
}
