import { expect, test } from "vitest";
import { commandFirst } from "../../../src/cli/program.ts";

test("what every command takes may stand before the command, as with Git", () => {
  expect(commandFirst(["-C", "models", "--json", "status", "a", "-q"])).toEqual([
    "status",
    "-C",
    "models",
    "--json",
    "a",
    "-q",
  ]);
  expect(commandFirst(["--cd=models", "--yes", "add", "--", "-x"])).toEqual([
    "add",
    "--cd=models",
    "--yes",
    "--",
    "-x",
  ]);
});

test("anything else stays as it was typed", () => {
  for (const words of [[], ["status", "-q"], ["--help"], ["--json", "--help"], ["-C"], ["-C", "models"], ["-x", "add"]])
    expect(commandFirst(words)).toEqual(words);
});
