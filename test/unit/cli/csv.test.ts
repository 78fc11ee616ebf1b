import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csv } from "../../../src/cli/views/csv.ts";
import { numberText } from "../../../src/model/value.ts";

/** A reader of RFC 4180, written from its grammar. */
function read(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quoted && char === '"' && text[at + 1] === '"') cell += text[(at += 1)];
    else if (char === '"') quoted = !quoted;
    else if (quoted) cell += char;
    else if (char === "," || text.startsWith("\r\n", at)) {
      rows.at(-1)?.push(cell);
      cell = "";
      if (char !== ",") {
        rows.push([]);
        at += 1;
      }
    } else cell += char;
  }
  rows.at(-1)?.push(cell);
  return rows;
}

describe("csv", () => {
  it("quotes what needs it, and nothing else", () => {
    expect(csv([["a", "b c", 'say "x"', "1,2", "two\nlines", " led", undefined, null]])).toBe(
      'a,b c,"say ""x""","1,2","two\nlines"," led",,',
    );
  });

  it("separates rows by CRLF", () => {
    expect(csv([["a"], ["b"]])).toBe("a\r\nb");
  });

  it("keeps the text of numbers, negative ones too", () => {
    expect(csv([[numberText("0.90"), numberText("-0.5"), numberText("1e-4")]])).toBe("0.90,-0.5,1e-4");
  });

  it.each(["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")'])(
    "makes no formula of %s",
    (text) => {
      expect(read(csv([[text]]))).toEqual([[`'${text}`]]);
    },
  );

  it("shows escape sequences instead of playing them", () => {
    expect(csv([["\u001b[31mred\u0007"]])).toBe(String.raw`\u001b[31mred\u0007`);
  });

  it("is read back as written, whatever the cells hold", () => {
    const cell = fc
      .string({ unit: "grapheme" })
      .filter((text) => !/^[=+\-@]|\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.test(text));
    const multiline = fc.array(cell, { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(fc.array(fc.array(multiline, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
        expect(read(csv(rows))).toEqual(rows);
      }),
    );
  });

  it("never lets a cell begin a formula", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("=", "+", "-", "@", "\t", "\r"), (rest, first) => {
        for (const [cell] of read(csv([[first + rest]]))) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});
