import type { Finding } from "../../operations/check/findings.ts";
import type { FollowResult } from "../../operations/follow.ts";
import type { HookResult } from "../../operations/hook.ts";
import { bytes, printable } from "../terminal.ts";
import { steps } from "./check.ts";

/** What a hook says, all on stderr: nothing where nothing happened. */
export function hookView(result: HookResult): { notes: string[] } {
  const { findings, followed, failure } = result;
  const notes = findings.filter((finding) => finding.severity !== "notice").flatMap(found);
  if (followed) notes.push(...moves(followed));
  if (failure) {
    notes.push(`mversion: warning: ${printable(failure.message)}`);
    notes.push(...(failure.hint?.split("\n") ?? []).map((line) => `Next: ${printable(line)}`));
  }
  return { notes };
}

function found(finding: Finding): string[] {
  const { severity, message, commit } = finding;
  const where = commit ? [`In ${commit.oid.slice(0, 7)} ${printable(commit.subject)}`] : [];
  return [
    `mversion: ${severity === "error" ? "refused" : severity}: ${printable(message)}`,
    ...where,
    ...steps(finding),
  ];
}

function moves({ moved, removed, unsaved, absent, postponed }: FollowResult): string[] {
  const lines = [
    ...moved.map(({ path, from, to }) => `${path} ${from === null ? "" : `${from} -> `}${to}`),
    ...removed.map(({ path, from }) => `${path} ${from} removed: it has no pointer here`),
    ...unsaved.map(({ path, to }) =>
      to === null
        ? `${path} has no pointer here, and its bytes are stored nowhere: left as it is`
        : `${path} holds bytes that are stored nowhere: left as it is, not ${to}`,
    ),
    ...absent.map(({ path, from, to }) => `${path} is still ${from}: the cache lacks ${to}`),
  ];
  if (postponed) {
    const what = postponed.artifacts === 1 ? "1 artifact" : `${postponed.artifacts} artifacts`;
    lines.push(`${what} (${bytes(postponed.bytes)}) to bring to what the pointers say: mv restore`);
  }
  return lines.map((line) => `mversion: ${printable(line)}`);
}
