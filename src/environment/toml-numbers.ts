// The decimal numbers of a TOML text, with the text that they were written with, which a parser's numbers have lost.

/** Where a number stands in the text. */
export interface NumberPlace {
  start: number;
  end: number;
  /** Without the underscores between digits. */
  text: string;
}

const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const STRING =
  /"""(?:[^"\\]+|\\[^]|"(?!""))*"""(?:"{0,2}(?!"))|'''[^]*?'''(?:'{0,2}(?!'))|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
const HEADER = /\[\[?[^\n]*/y;
const WORD = /[^\s,\]}#]+/y;
/** toml.io 1.0: integers without a prefix, and floats. */
const DECIMAL = /^[-+]?\d[\d_]*(?:\.[\d_]+)?(?:[eE][-+]?[\d_]+)?$/;

/**
 * The numbers that are values (a bare key may look like one) of a text that a TOML parser has accepted, in order. Of any other
 * text it may miss some.
 */
export function decimalsOf(text: string): NumberPlace[] {
  const found: NumberPlace[] = [];
  let at = 0;

  const take = (expression: RegExp): string => {
    expression.lastIndex = at;
    const [taken = ""] = expression.exec(text) ?? [];
    at += taken.length;
    return taken;
  };
  const string = (): boolean => take(STRING) !== "";
  /** Passes over a key, dotted and quoted as it may be, and its equals sign. */
  const key = (): void => {
    while (at < text.length && text[at] !== "=") if (!string()) at += 1;
    at += 1;
  };
  const inner = (close: string, item: () => void): void => {
    at += 1;
    for (take(BLANK); at < text.length && text[at] !== close; take(BLANK)) {
      if (text[at] === ",") at += 1;
      else item();
    }
    at += 1;
  };
  const value = (): void => {
    take(BLANK);
    if (text[at] === "[") return inner("]", value);
    if (text[at] === "{") return inner("}", pair);
    if (string()) return;
    const start = at;
    const word = take(WORD);
    // Nothing taken: no TOML. One character on, so that it ends.
    if (word === "") at += 1;
    else if (DECIMAL.test(word)) found.push({ start, end: at, text: word.replaceAll("_", "") });
    // A date may have a blank before its time.
    else take(/ \d\d:[^\s,\]}#]*/y);
  };
  const pair = (): void => {
    key();
    value();
  };

  for (take(BLANK); at < text.length; take(BLANK)) {
    if (text[at] === "[") take(HEADER);
    else pair();
  }
  return found;
}
