// Text into HTML: everything that is put into a template is escaped, unless a template made it.

const MADE = Symbol("made by html");

/** Markup that `html` made. */
export interface Html {
  readonly [MADE]: true;
  readonly text: string;
}

export type Part = string | number | null | Html | readonly Part[];

/** A template literal whose parts are texts: html`<b>${name}</b>`. Null and empty lists are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.reduce((before, string, at) => `${before}${markup(parts[at - 1] ?? null)}${string}`);
  return { [MADE]: true, text };
}

function markup(part: Part): string {
  if (part === null) return "";
  if (typeof part === "object" && !("text" in part)) return part.map(markup).join("");
  return typeof part === "object" ? part.text : escapeHtml(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Text for an element or a quoted attribute. Control characters, and those that turn the direction of writing, are shown by their
 * number: a reason must not look like another one. Line breaks stay.
 */
function escapeHtml(text: string): string {
  return text
    .replace(/[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/gu, (char) => {
      return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
    })
    .replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? char);
}
