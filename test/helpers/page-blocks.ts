// The fenced blocks of a page of docs/ without a language, by their headings: what a reader types, or looks at.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));

export interface Page {
  /** The next block below a heading that was not taken yet, without its fences. Throws where there is none. */
  take(heading: string): string;
  /** Blocks that nobody took: "heading: first line". */
  left(): string[];
  /** The page without its blocks. */
  readonly prose: string;
}

export function readPage(name: string): Page {
  const text = readFileSync(join(DOCS, name), "utf8");
  const blocks: { heading: string; block: string; isTaken: boolean }[] = [];
  let heading = "";
  for (const [whole, title, block] of text.matchAll(/^#+ (.+)$|^```\n([^]*?)\n```$/gm)) {
    if (title !== undefined) heading = title;
    else blocks.push({ heading, block: block ?? whole, isTaken: false });
  }
  return {
    prose: text.replaceAll(/^```\n[^]*?\n```$/gm, ""),
    take(wanted) {
      const found = blocks.find((each) => each.heading === wanted && !each.isTaken);
      if (!found) throw new Error(`${name} has no more blocks below ${wanted}`);
      found.isTaken = true;
      return found.block;
    },
    left: () => blocks.filter(({ isTaken }) => !isTaken).map((each) => `${each.heading}: ${each.block.split("\n")[0]}`),
  };
}

/** The lines of a block, each with its remark apart. */
export function typedLines(block: string): { line: string; remark: string }[] {
  return block.split("\n").map((text) => {
    const [line = "", remark = ""] = text.split(/ +# /);
    return { line, remark };
  });
}
