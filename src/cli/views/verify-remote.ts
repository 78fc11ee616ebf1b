import type { ObjectFinding, VerifyRemoteResult } from "../../operations/verify-remote.ts";
import { bytes, printable, short } from "../terminal.ts";
import { amount } from "./fetch.ts";

/** Findings that are shown before the rest is counted; --json has all. */
const MOST_LINES = 20;
const MOST_USES = 3;

/** What was looked at, and what was not. */
export function verifyRemoteView(result: VerifyRemoteResult): { out: string; notes: string[] } {
  const { remote, objects, not_read: open, release_files: files, unpublished } = result;
  const name = printable(remote);
  const releases =
    files.checked === 0 ? "" : `; ${files.checked} release ${files.checked === 1 ? "file" : "files"} right`;
  const out =
    open === 0
      ? `${name}: ${amount(objects.needed, objects.bytes)}, all read and right${releases}`
      : `${name}: ${objects.read} of ${objects.needed} objects (${bytes(objects.read_bytes)} of ${bytes(objects.bytes)}) read and right${releases}`;
  const notes: string[] = [];
  if (open > 0) notes.push(`Not read: ${open}, which ${name} says it has. All of them: mv verify --remote ${name}`);
  if (files.unknown.length > 0) {
    notes.push(`Without a tag here: ${some(files.unknown.map(printable))}. Next: git fetch --tags`);
  }
  if (unpublished.length > 0)
    notes.push(`Left out, as only this clone has the tag: ${some(unpublished.map(printable))}`);
  if (result.unknown_folders.length > 0) {
    const paths = [...new Set(result.unknown_folders.map(({ path }) => printable(path)))];
    notes.push(`Nobody knows the files of ${some(paths)}, so these were not looked at`);
  }
  return { out, notes };
}

/** Every broken thing, a line each under a line that counts them. */
export function findingLines({ remote, findings, release_files: files }: VerifyRemoteResult): string[] {
  const lines = [
    ...findings.map((finding) => objectLine(printable(remote), finding)),
    ...files.findings.map(({ what, message }) => `${printable(what)}: ${printable(message)}`),
  ];
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) return [only];
  const more = lines.length > MOST_LINES ? [`  and ${lines.length - MOST_LINES} more: --json has all`] : [];
  return [`${lines.length} things are broken`, ...lines.slice(0, MOST_LINES).map((line) => `  ${line}`), ...more];
}

const STATES: Readonly<Record<ObjectFinding["state"], string>> = {
  rotten: "holds other bytes for",
  "wrong-size": "holds a different number of bytes for",
  missing: "lacks",
  withheld: "says that it has, and does not give, the bytes of",
};

function objectLine(remote: string, { state, sha256, needed_by: uses }: ObjectFinding): string {
  const by = some(uses.map(({ what, path }) => `${printable(path)} of ${printable(what)}`));
  return `${remote} ${STATES[state]} ${by} (${short(sha256)})`;
}

function some(texts: readonly string[]): string {
  const more = texts.length > MOST_USES ? ` and ${texts.length - MOST_USES} more` : "";
  return `${texts.slice(0, MOST_USES).join(", ")}${more}`;
}
