// What may stand where the cursor is, by the table of commands.
import { describe, expect, test } from "vitest";
import { rows } from "../../../src/cli/commands/index.ts";
import { wantedAt } from "../../../src/cli/completion/wanted.ts";

const words = (...typed: string[]): string[] => wantedAt(rows, typed).candidates.map(({ word }) => word);
const kinds = (...typed: string[]): readonly string[] => wantedAt(rows, typed).kinds;

describe("wantedAt", () => {
  test("a command first, without those that only hooks and shells call", () => {
    expect(words("")).toContain("checkout");
    expect(words("-q", "")).toContain("checkout");
    expect(words("-C", "some/dir", "ch")).toContain("checkout");
    expect(words("")).not.toContain("hook");
    expect(words("")).not.toContain("complete");
    expect(words("help", "")).toContain("checkout");
  });

  test.for([
    [["checkout", ""], ["versions"]],
    [["checkout", "v1.0.0", ""], []],
    [["tag", "v1.0.0", ""], ["versions"]],
    [
      ["restore", ""],
      ["versions", "artifacts"],
    ],
    [
      ["restore", "v1.0.0", ""],
      ["versions", "artifacts"],
    ],
    [["remove", "a", ""], ["artifacts"]],
    [["move", ""], ["artifacts"]],
    [["move", "a", ""], ["files"]],
    [["add", ""], ["files"]],
    [["remote", "test", ""], ["remotes"]],
    [["log", "--model", ""], ["models"]],
    [["log", "--model", "churn", ""], []],
    [["push", "--remote", ""], ["remotes"]],
    [["add", "--params", ""], ["files"]],
    [["add", "--note", ""], []],
    [["tag", "-m", ""], []],
    [["tag", "-m", "why", ""], ["versions"]],
    [["-C", ""], ["files"]],
    [["diff", "--", "-x"], ["versions"]],
    [
      ["promote", ""],
      ["versions", "stages"],
    ],
    [["promote", "v1.0.0", ""], ["stages"]],
    [["promote", "v1.0.0", "production", ""], []],
    [["approve", "v1.0.0", ""], ["stages"]],
    [["nonsense", ""], ["files"]],
  ] as const)("%j wants %j", ([typed, wanted]) => {
    expect(kinds(...typed)).toEqual(wanted);
  });

  test("flags, and what they may be", () => {
    expect(words("tag", "-")).toEqual(expect.arrayContaining(["--message", "--all", "--json", "--help"]));
    expect(words("diff", "--format", "")).toEqual(["text", "markdown"]);
    expect(words("hooks", "")).toEqual(["install", "uninstall", "status"]);
    expect(words("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(words("tag", "-m", "-")).toEqual([]);
  });
});
