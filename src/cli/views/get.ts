import { relative } from "node:path";
import { showRollout } from "../../model/assignment.ts";
import type { GetResult } from "../../operations/get.ts";
import type { GetVariantsResult } from "../../operations/get/variants.ts";
import { bytes, printable, table } from "../terminal.ts";

export function getView(result: GetResult, cwd: string): { out: string; notes: string[] } {
  const { model, version, stage, folder, changed } = result;
  const name = `${model} ${version}${stage === null ? "" : ` (on ${stage})`}`;
  const where = placeOf(folder, cwd);
  if (!changed) return { out: `${where} holds ${printable(name)} already`, notes: [] };
  const rows = result.artifacts.map((item) => {
    const what =
      item.kind === "link" ? `-> ${printable(item.link)}` : `${bytes(item.size)}  ${item.sha256.slice(0, 8)}`;
    return `${printable(item.path)}  ${what}`;
  });
  return { out: [...rows, `${printable(name)} in ${where}`].join("\n"), notes: [] };
}

export function variantsView(result: GetVariantsResult, cwd: string): { out: string; notes: string[] } {
  const { model, stage, folder, changed, variants } = result;
  const name = printable(`${model} ${showRollout(variants)} (on ${stage})`);
  const where = placeOf(folder, cwd);
  if (!changed) return { out: `${where} holds ${name} already`, notes: [] };
  const rows = variants.map((variant) => [
    printable(variant.version),
    `${variant.weight} %`,
    `${where}/${printable(variant.folder)}`,
  ]);
  return { out: `${table(rows)}\n${name} in ${where}`, notes: [] };
}

function placeOf(folder: string, cwd: string): string {
  const shown = relative(cwd, folder);
  return printable(shown === "" || shown.startsWith("..") ? folder : shown);
}
