import type { DoctorResult } from "../../operations/doctor.ts";
import { printable, table } from "../terminal.ts";

/** A line for every check; under a finding, what to do. */
export function doctorView({ checks, findings }: DoctorResult): { out: string; notes: string[] } {
  const rows = checks.flatMap(({ area, ok, text, remedy }) => {
    const line = [ok ? "ok" : "!!", area, printable(text)];
    return remedy === null ? [line] : [line, ["", "", printable(remedy).replace(/^/, "Next: ")]];
  });
  const notes = findings === 0 ? [] : [`${findings} ${findings === 1 ? "finding" : "findings"}.`];
  return { out: table(rows), notes };
}
