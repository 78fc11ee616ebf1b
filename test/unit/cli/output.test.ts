import { describe, expect, it } from "vitest";
import { asMvError, printError, printWarning } from "../../../src/cli/output.ts";
import type { Io } from "../../../src/cli/terminal.ts";
import { MvError } from "../../../src/errors.ts";

function printed(print: (io: Io) => void): string {
  let text = "";
  print({ err: (more: string) => (text += more) } as unknown as Io);
  return text;
}

describe("printError and printWarning", () => {
  it("play nothing that a message quotes, and keep its line breaks", () => {
    const error = new MvError("exists", "2 things\n  \u001b[31mred\u009b", { hint: "mv add '\u0007'\nOr: \u202emv" });
    expect(printed((io) => printError(io, error, false))).toBe(
      String.raw`mversion: refused: 2 things
  \u001b[31mred\u009b
Next: mv add '\u0007'
Or: \u202emv
`,
    );
    expect(printed((io) => printWarning(io, "tag \u001b]0;x\u0007"))).toBe(
      String.raw`mversion: warning: tag \u001b]0;x\u0007
`,
    );
  });
});

it("asMvError takes a path that is too long for what it is", () => {
  const system = Object.assign(new Error("ENAMETOOLONG"), { code: "ENAMETOOLONG", path: `/${"x".repeat(5000)}` });
  expect(asMvError(system)).toMatchObject({ code: "bad-path", message: expect.stringMatching(/^\/x{119}… is longer/) });
});
