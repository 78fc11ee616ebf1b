// Text for Markdown documents. What records, tags and paths say is text, never markup.

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "@": "&#64;",
  "#": "&#35;",
};

/** Text that stays text: no HTML, no cell border, no emphasis, code, link or image, and no mention or issue number. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]~|]/g, String.raw`\$&`).replace(/[&<>@#]/g, (char) => ENTITIES[char] ?? char);
}

/** Text of several lines that begins no list, rule, heading or code block either. */
export function markdownParagraph(text: string): string {
  return text
    .split(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/)
    .map((line) =>
      escapeMarkdown(line.trim())
        .replace(/^(?=[-+=])/, "\\")
        .replace(/^(\d+)(?=[.)](?:\s|$))/, "$1\\"),
    )
    .join("\n");
}

/** The same on one line: for headings, list items and cells. */
export function markdownLine(text: string): string {
  return markdownParagraph(text)
    .trim()
    .replace(/\s*\n\s*/g, " ");
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownLine).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

export function markdownList(items: readonly string[]): string {
  return items.map((item) => `- ${markdownLine(item)}`).join("\n");
}
