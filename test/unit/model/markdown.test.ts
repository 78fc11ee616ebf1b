import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeMarkdown, markdownLine, markdownParagraph, markdownTable } from "../../../src/model/markdown.ts";

describe("escapeMarkdown", () => {
  it.each([
    ["a|b", String.raw`a\|b`],
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
    ["[x](http://evil)", String.raw`\[x\](http://evil)`],
    ["`code`", "\\`code\\`"],
    ["@team fixes #12", "&#64;team fixes &#35;12"],
    ["&lt;", "&amp;lt;"],
    ["1.0 -> 0.5", "1.0 -&gt; 0.5"],
  ])("%s", (text, safe) => {
    expect(escapeMarkdown(text)).toBe(safe);
  });

  it("leaves no cell border and no tag in any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const safe = escapeMarkdown(text);
        expect(safe).not.toMatch(/[<>@]/);
        // A border is only a border where an even number of backslashes stands before it.
        expect(safe.replace(/\\[^]/g, "")).not.toContain("|");
      }),
    );
  });
});

describe("markdownParagraph", () => {
  it.each([
    ["- no list", String.raw`\- no list`],
    ["12. no list", String.raw`12\. no list`],
    ["---", String.raw`\---`],
    ["title\n====", `title\n${String.raw`\====`}`],
    ["      no code block", "no code block"],
    ["one\r\ntwo\u2028three", "one\ntwo\nthree"],
  ])("%j begins nothing", (text, safe) => {
    expect(markdownParagraph(text)).toBe(safe);
  });
});

it("a line and a cell stay on one line", () => {
  expect(markdownLine("a\n\n- b")).toBe(String.raw`a \- b`);
  expect(markdownTable(["a", "b"], [["1\n2", "x|y"]])).toBe("| a | b |\n| --- | --- |\n| 1 2 | x\\|y |");
});
