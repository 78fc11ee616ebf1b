// CSV as RFC 4180 has it, and safe to open in a spreadsheet.
import { isNumberText, showValue, type Value } from "../../model/value.ts";
import { printable } from "../terminal.ts";

/** A spreadsheet runs text that begins like this as a formula (OWASP, "CSV injection"). */
const FORMULA = /^[=+\-@\t\r]/;

/** Rows as CSV with CRLF between them, the last line without. A number stays a number; other text can be no formula. */
export function csv(rows: readonly (readonly (Value | undefined)[])[]): string {
  return rows.map((row) => row.map(cell).join(",")).join("\r\n");
}

function cell(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (isNumberText(value)) return showValue(value);
  // Line breaks of a reason are its own; other control characters are made visible.
  const text = showValue(value).split(/\r?\n/).map(printable).join("\n");
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
