import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellWords } from "../../helpers/cli.ts";

describe("shellWords", () => {
  it.each([
    ['mv tag v1.0.0 -m "first release"', ["mv", "tag", "v1.0.0", "-m", "first release"]],
    [`mv set 'a b'="c \\"d\\""`, ["mv", "set", 'a b=c "d"']],
    ["mv  add   a\\ b", ["mv", "add", "a b"]],
    ["mv tag -m ''", ["mv", "tag", "-m", ""]],
  ])("%s", (line, words) => {
    expect(shellWords(line)).toEqual(words);
  });

  it("gives back every word that was quoted", () => {
    const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect(shellWords(words.map(quote).join(" "))).toEqual(words);
      }),
    );
  });
});
