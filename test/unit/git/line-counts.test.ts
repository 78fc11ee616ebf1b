import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { lineCounts } from "../../../src/git/line-counts.ts";

const counts = (a: string, b: string) => lineCounts(Buffer.from(a), Buffer.from(b));

/** The textbook table of longest common subsequences. */
function common(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const line of a) {
    const above = row;
    row = [0];
    b.forEach((other, at) =>
      row.push(line === other ? (above[at] ?? 0) + 1 : Math.max(above[at + 1] ?? 0, row[at] ?? 0)),
    );
  }
  return row.at(-1) ?? 0;
}

describe("lineCounts", () => {
  test("counts as git does", () => {
    expect(counts("", "")).toEqual({ added: 0, removed: 0 });
    expect(counts("", "a\nb\n")).toEqual({ added: 2, removed: 0 });
    expect(counts("a\n", "a")).toEqual({ added: 1, removed: 1 });
    expect(counts("a\nb\nc\n", "a\nc\nb\n")).toEqual({ added: 1, removed: 1 });
    expect(counts("a", "\0")).toEqual({ added: null, removed: null });
    expect(counts("\xe9\n", "\xe8\n")).toEqual({ added: 1, removed: 1 });
  });

  test("is the shortest script of any two texts", () => {
    const lines = array(constantFrom("a\n", "b\n", "c\n"), { maxLength: 40 });
    assert(
      property(lines, lines, (a, b) => {
        const same = common(a, b);
        expect(counts(a.join(""), b.join(""))).toEqual({ added: b.length - same, removed: a.length - same });
      }),
    );
  });

  test("ends for texts that have nothing in common", () => {
    const text = (word: string): string => Array.from({ length: 100_000 }, (_, n) => `${word}${n}\n`).join("");
    expect(counts(text("a"), text("b"))).toEqual({ added: 100_000, removed: 100_000 });
  });
});
