import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { readValues } from "../../../src/environment/values.ts";
import { showValue } from "../../../src/model/value.ts";
import { folder } from "./installations.ts";

async function show(name: string, text: string | Uint8Array): Promise<string> {
  const made = folder();
  made.write(name, text);
  return showValue(await readValues(made.path(name)));
}

describe("readValues", () => {
  test.each([
    ["params.yaml", "train:\n  lr: 1e-4\n  C: 1.0\n  name: lbfgs\n  deep: {on: true}\n"],
    ["params.YML", "train: {lr: 1e-4, C: 1.0, name: lbfgs, deep: {on: true}}\n"],
    ["params.json", '\ufeff{"train": {"lr": 1e-4, "C": 1.0, "name": "lbfgs", "deep": {"on": true}}}'],
  ])("keeps nesting and the text of numbers: %s", async (name, text) => {
    expect(await show(name, text)).toBe("{train: {lr: 1e-4, C: 1.0, name: lbfgs, deep: {on: true}}}");
  });

  test("TOML: every digit of an integer, and the text of floats", async () => {
    const text =
      "seed = 9007199254740993\nC = 1.0\nlr = 1e-4\nbig = 1e30\nday = 2026-02-05\nlist = [1, 2.50]\n[a.b]\nx = true\n";
    expect(await show("params.toml", text)).toBe(
      "{seed: 9007199254740993, C: 1.0, lr: 1e-4, big: 1e30, day: 2026-02-05, list: [1, 2.50], a: {b: {x: true}}}",
    );
  });

  test("a key may be called __proto__", async () => {
    for (const [name, text] of [
      ["a.toml", "['__proto__']\nx = 1\n"],
      ["a.json", '{"__proto__": {"x": 1}}'],
    ] as const)
      expect(await show(name, text)).toBe("{__proto__: {x: 1}}");
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test.each([
    ["a.json", "[1, 2]", /a\.json:1: names and values expected at the top$/],
    ["a.json", "{\n  1: 2\n}", /a\.json:2: a key in quotes is missing$/],
    ["a.json", "", /a\.json:1: the file is empty$/],
    ["a.yaml", "\n", /a\.yaml:1: the file is empty$/],
    ["a.toml", "a = 1\nb = \n", /a\.toml:2: /],
    ["a.yaml", "a: 1\nb: [\n", /a\.yaml:\d+: /],
    ["a.yaml", "- 1\n", /a\.yaml:1: /],
    ["a.json", Buffer.from('{"a": "\xff"}', "latin1"), /a\.json: not UTF-8 text$/],
    ["a.json", Buffer.alloc(8 * 1024 * 1024 + 1, 32), /a\.json: bigger than 8388608 bytes$/],
  ])("refuses %s naming file and line", async (name, text, message) => {
    await expect(show(name, text)).rejects.toMatchObject({
      code: "invalid-file",
      message: expect.stringMatching(message),
    });
  });

  test("refuses a file with another ending, as a wrong command line", async () => {
    await expect(show("a.txt", "a=1\n")).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/a\.txt: not a \.yaml, \.json or \.toml file$/),
    });
  });

  test("refuses a file that is absent or no file, without waiting on a pipe", async () => {
    const made = folder({ "folder.json/x": "" });
    await expect(readValues(made.path("gone.json"))).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/gone\.json: there is no such file$/),
    });
    await expect(readValues(made.path("folder.json/x/deeper.json"))).rejects.toMatchObject({ code: "usage" });
    await expect(readValues(made.path("folder.json"))).rejects.toMatchObject({ code: "invalid-file" });
    if (spawnSync("sh", ["-c", `mkfifo "$0"`, made.path("pipe.json")]).status === 0)
      await expect(readValues(made.path("pipe.json"))).rejects.toMatchObject({
        code: "invalid-file",
        message: expect.stringMatching(/not a file$/),
      });
  });
});
