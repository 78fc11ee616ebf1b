// The tiny language of model-card templates: {{name}} is a text, and the lines between {{#name}} and {{/name}} stay only where
// that text is not empty, those between {{^name}} and {{/name}} only where it is. Nothing else is special, and what is put in is
// never read again, so a record cannot write template code.
import { MvError } from "../../errors.ts";

const BLOCK = /^\s*\{\{([#^/])([^{}]+)\}\}\s*$/;
const PLACE = /\{\{([^{}]*)\}\}/g;

/** A text for a name, already in the document's own notation; undefined for a name that does not exist. */
export type Lookup = (name: string) => string | undefined;

/** Fills a template. Fails with usage, naming file and line, where a name is unknown or a block is not closed. */
export function fillTemplate(template: string, file: string, lookup: Lookup, known: readonly string[]): string {
  const problem = (line: number, why: string): MvError =>
    new MvError("usage", `${file}:${line}: ${why}`, { hint: `names are ${known.join(", ")}, and fields.NAME` });
  const open: { name: string; line: number; shown: boolean }[] = [];
  const lines: string[] = [];
  for (const [at, line] of template.split(/\r?\n/).entries()) {
    const text = (name: string): string => {
      const found = lookup(name);
      if (found === undefined) throw problem(at + 1, `there is no {{${name}}}`);
      return found;
    };
    const [, mark, word = ""] = BLOCK.exec(line) ?? [];
    const name = word.trim();
    const isShown = open.every(({ shown }) => shown);
    if (mark === "/") {
      if (open.pop()?.name !== name) throw problem(at + 1, `{{/${name}}} closes no {{#${name}}} before it`);
    } else if (mark !== undefined) {
      open.push({ name, line: at + 1, shown: (text(name) !== "") === (mark === "#") });
    } else {
      const filled = line.replace(PLACE, (_, word: string) => text(word.trim()));
      if (isShown) lines.push(filled);
    }
  }
  const [unclosed] = open;
  if (unclosed) throw problem(unclosed.line, `{{#${unclosed.name}}} is not closed by {{/${unclosed.name}}}`);
  // Blocks that went leave blank lines behind.
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}
