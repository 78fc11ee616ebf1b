// A model's differences as rows, for the terminal and for markdown alike.
import type { FileDelta } from "../../git/git.ts";
import type { DiffResult, ModelDiff } from "../../operations/diff.ts";
import { changeRows, type Row } from "../../operations/diff/rows.ts";
import { printable, short } from "../terminal.ts";
import { differenceWords } from "./artifact-state.ts";

/** "churn 1.0.0 -> 1.1.0 (minor)" */
export function heading({ model, from, to, bump }: ModelDiff): string {
  const step = bump === null || bump === "initial" ? "" : ` (${bump})`;
  return `${printable(model)} ${sideName(from)} -> ${sideName(to)}${step}`;
}

function sideName(side: ModelDiff["from"]): string {
  const version = side.version === null ? "nothing" : printable(side.version);
  if (side.kind === "worktree") return `${version}, working tree`;
  return side.kind === "commit" ? `${version} (${printable(side.name)})` : version;
}

/** The rows of one model: what its record says, then what its folders hold and what is only on disk. */
export function rowsOf(block: ModelDiff): Row[] {
  const rows: Row[] = [];
  const onDisk = new Map(block.disk.filter((change) => change.state !== "absent").map((item) => [item.path, item]));
  for (const row of changeRows(withoutImplied(block))) {
    const now = row.path === undefined ? undefined : onDisk.get(row.path);
    if (row.path !== undefined) onDisk.delete(row.path);
    rows.push(now ? { ...row, note: `on disk ${short(now.sha256 ?? "")}, ${onDiskWords(now)}` } : row);
    if (row.path !== undefined) rows.push(...memberRows(block, row.section, row.path));
  }
  for (const change of onDisk.values()) {
    const { path, part, pointer, sha256 } = change;
    const [from, to] = [short(pointer), short(sha256 ?? "")];
    rows.push({ section: part, thing: path, path, from, to, note: onDiskWords(change) });
    rows.push(...memberRows(block, part, path));
  }
  return inOrder(rows).map(harmless);
}

// The heading names the model.
function onDiskWords(change: ModelDiff["disk"][number]): string {
  const words = differenceWords(change, 1);
  return change.state === "modified" ? `${words}, not added` : words;
}

function harmless(row: Row): Row {
  const [thing, from, to] = [row.thing, row.from, row.to].map((text) => text && printable(text));
  return { ...row, thing: thing ?? "", from: from ?? null, to: to ?? null };
}

// Every new training has another date, reason and run: beside new bytes that is no news.
const IMPLIED = /^(?:training_date|reason|trained)(?:\.|$)/;

function withoutImplied({ changes, from, to }: ModelDiff): ModelDiff["changes"] {
  const hasNewBytes = changes.artifacts.length > 0;
  const other = changes.other.filter(
    ({ key }) => !(hasNewBytes && IMPLIED.test(key)) && !(key === "reason" && from.version !== to.version),
  );
  return { ...changes, other };
}

function memberRows(block: ModelDiff, section: string, path: string): Row[] {
  const folder = block.folders.find((item) => item.path === path);
  if (!folder) return [];
  if (folder.files === null)
    return [{ section, thing: "  its files cannot be told: a manifest is not in the cache", from: "", to: "" }];
  return folder.files.map((change): Row => {
    const { from, to, renamedFrom } = change;
    const name = renamedFrom === undefined ? change.path : `${renamedFrom} -> ${change.path}`;
    const sameBytes = from?.sha256 === to?.sha256;
    const note =
      renamedFrom !== undefined
        ? "renamed"
        : sameBytes
          ? to?.executable
            ? "executable"
            : "not executable"
          : undefined;
    return { section, thing: `  ${name}`, from: from && bytesOf(from), to: to && bytesOf(to), note };
  });
}

function bytesOf(member: { sha256: string; size: number | null }): string {
  return member.size === null ? member.sha256 : short(member.sha256);
}

/** Keeps the rows of one section together, sections in the order of their first row; artifacts and datasets lead. */
function inOrder(rows: readonly Row[]): Row[] {
  const sections = [...new Set(["artifacts", "datasets", ...rows.map((row) => row.section)])];
  return sections.flatMap((section) => rows.filter((row) => row.section === section));
}

/** Whether the code belongs under the one model that is shown, instead of a block of its own. */
export function hasOwnCode(result: DiffResult): boolean {
  return result.models.length === 1 && result.code.length === 1;
}

export function codeName(file: FileDelta): string {
  return file.from === undefined ? printable(file.path) : `${printable(file.from)} => ${printable(file.path)}`;
}
