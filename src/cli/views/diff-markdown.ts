// The differences as tables for a comment on a pull request. What a record says is text, never markup.
import { escapeMarkdown } from "../../model/markdown.ts";
import type { DiffResult } from "../../operations/diff.ts";
import { codeName, hasOwnCode, heading, rowsOf } from "./diff-rows.ts";

const HEAD = ["| | | from | to |", "| --- | --- | --- | --- |"];

export function diffMarkdown(result: DiffResult): string {
  if (!result.different) return "No model differs.";
  const blocks = result.models.map((block) => {
    const rows = rowsOf(block).map((row) => {
      const note = row.note === undefined ? "" : ` (${row.note})`;
      return line(row.section, row.thing.trim(), row.from ?? "added", row.to === null ? "removed" : `${row.to}${note}`);
    });
    const code = hasOwnCode(result) ? codeLines(result.code) : [];
    return [`### ${escapeMarkdown(heading(block))}`, "", ...HEAD, ...rows, ...code].join("\n");
  });
  if (!hasOwnCode(result) && result.code.length > 0)
    blocks.push(["### code", "", ...HEAD, ...codeLines(result.code)].join("\n"));
  return blocks.join("\n\n");
}

function codeLines(code: DiffResult["code"]): string[] {
  return code.flatMap(({ files }) =>
    files.map((file) =>
      file.added === null || file.removed === null
        ? line("code", codeName(file), "", "binary")
        : line("code", codeName(file), `-${file.removed}`, `+${file.added}`),
    ),
  );
}

function line(...cells: readonly string[]): string {
  return `| ${cells.map(escapeMarkdown).join(" | ")} |`;
}
