import type { FetchResult } from "../../operations/fetch.ts";
import { bytes, printable } from "../terminal.ts";

export function fetchView(result: FetchResult): { out: string } {
  if (result.objects === 0) return { out: result.artifacts === 0 ? "Nothing to fetch" : "Everything is here" };
  const verb = result.dry_run ? "Would fetch" : "Fetched";
  return { out: `${verb} ${amount(result.objects, result.bytes)} from ${result.from.map(printable).join(", ")}` };
}

/** "2 objects, 1.5 MB" */
export function amount(objects: number, size: number): string {
  return `${objects} ${objects === 1 ? "object" : "objects"}, ${bytes(size)}`;
}
