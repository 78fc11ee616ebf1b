import { relative } from "node:path";
import type { GetResult } from "../../operations/get.ts";
import { bytes, printable } from "../terminal.ts";

export function getView(result: GetResult, cwd: string): { out: string; notes: string[] } {
  const { model, version, stage, folder, changed } = result;
  const name = `${model} ${version}${stage === null ? "" : ` (on ${stage})`}`;
  const shown = relative(cwd, folder);
  const where = printable(shown === "" || shown.startsWith("..") ? folder : shown);
  if (!changed) return { out: `${where} holds ${printable(name)} already`, notes: [] };
  const rows = result.artifacts.map((item) => {
    const what =
      item.kind === "link" ? `-> ${printable(item.link)}` : `${bytes(item.size)}  ${item.sha256.slice(0, 8)}`;
    return `${printable(item.path)}  ${what}`;
  });
  return { out: [...rows, `${printable(name)} in ${where}`].join("\n"), notes: [] };
}
