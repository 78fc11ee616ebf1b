import { relative } from "node:path";
import { quoted } from "../../operations/targets.ts";
import type { SignResult } from "../../operations/sign.ts";
import { printable } from "../terminal.ts";

export function signView(result: SignResult, cwd: string): { out: string; notes: string[] } {
  const { model, version, files, root, file } = result;
  const path = relative(cwd, file);
  const covered = `${files} ${files === 1 ? "file" : "files"}  ${root.slice(0, 8)}`;
  return {
    out: `${printable(model)} ${printable(version)}  ${printable(path)}  ${covered}`,
    notes: [`Next: mv verify --bundle ${printable(quoted(path))} --public-key FILE ${printable(quoted(result.tag))}`],
  };
}
