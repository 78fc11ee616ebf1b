import { showValue } from "../../model/value.ts";
import type { CaptureResult } from "../../operations/capture.ts";
import { printable, table } from "../terminal.ts";

export function captureView(result: CaptureResult): { out: string; notes: string[] } {
  const rows = Object.entries(result.library_versions).map(([name, version]) => [
    printable(name),
    printable(showValue(version)),
  ]);
  const notes =
    result.source === null
      ? ["No Python and no lock file found; name one with --python PATH"]
      : [`Captured ${printable(result.source)}`];
  return { out: rows.length > 0 ? table(rows) : "Nothing captured", notes };
}
