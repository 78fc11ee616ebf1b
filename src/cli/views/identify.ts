import type { Holding } from "../../operations/identify/holding.ts";
import type { IdentifyResult } from "../../operations/identify.ts";
import { printable, short, table } from "../terminal.ts";

export function identifyView(result: IdentifyResult): { out: string; notes: string[] } {
  const rows = result.holdings.map((holding) => [
    `${printable(holding.model)} ${printable(holding.version)}`,
    stateOf(holding),
    holding.as === "content"
      ? "content"
      : `${holding.as === "dataset" ? "dataset " : ""}${printable(holding.path ?? "")}`,
    short(holding.sha256),
  ]);
  const notes = result.sha256 === null ? ["Several hashes begin like this: give more digits."] : [];
  return { out: table(rows), notes };
}

function stateOf({ state, date, commit }: Holding): string {
  if (state === "released") return date ?? "";
  return state === "declared" ? "declared here" : `draft, commit ${commit?.slice(0, 7)}`;
}
