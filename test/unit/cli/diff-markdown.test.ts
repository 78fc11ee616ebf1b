import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escaped } from "../../../src/cli/views/diff-markdown.ts";

describe("escaped", () => {
  it.each([
    ["a|b", String.raw`a\|b`],
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
    ["[x](http://evil)", String.raw`\[x\](http://evil)`],
    ["`code`", "\\`code\\`"],
    ["@team fixes #12", "&#64;team fixes &#35;12"],
    ["&lt;", "&amp;lt;"],
    ["1.0 -> 0.5", "1.0 -&gt; 0.5"],
  ])("%s", (text, safe) => {
    expect(escaped(text)).toBe(safe);
  });

  it("leaves no cell border and no tag in any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const safe = escaped(text);
        expect(safe).not.toMatch(/[<>@]/);
        // A border is only a border where an even number of backslashes stands before it.
        expect(safe.replace(/\\[^]/g, "")).not.toContain("|");
      }),
    );
  });
});
