// The text of a YAML file, before it is parsed: which characters it may hold, and errors that name a line of it.
import { MvError } from "../errors.ts";

export interface Source {
  /** As shown in errors: a path, a tag. */
  readonly file: string;
  readonly text: string;
  /** What to type when the file cannot be read. */
  readonly hint: string;
}

/** The error of a file that cannot be read, at a place in it. */
export function invalid(source: Source, offset: number, why: string, hint = source.hint): MvError {
  const line = lineAt(source.text, offset);
  return new MvError("invalid-file", `${source.file}:${line}: ${why}`, { hint, details: { file: source.file, line } });
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** `git restore` of a path from the root, in any folder: ":/" is the top in a pathspec (gitglossary, "pathspec"). */
export function restoreHint(file: string): string {
  const path = `:/${file}`;
  return `git restore ${/^[\w:./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`}`;
}

/** Throws MvError invalid-file where the text is not plain UTF-8, or a merge left its markers in it. */
export function checkCharacters(source: Source): void {
  const { text } = source;
  if (text.startsWith("\ufeff"))
    throw invalid(source, 0, "the file starts with a byte order mark", "save it as UTF-8 without BOM");
  const marker = /^(?:<{7}|>{7})(?: .*)?\r?$/m.exec(text);
  if (marker) {
    const hint = `mv merge --ours | --theirs, or settle it in ${source.file}`;
    throw invalid(source, marker.index, "conflict markers of a merge are in the file", hint);
  }
  // U+FFFD is what decoding puts in place of bytes that are not UTF-8.
  const lost = text.indexOf("\ufffd");
  if (lost >= 0) throw invalid(source, lost, "the file is not UTF-8");
  const control = /(?![\t\n]|\r\n)\p{Cc}/u.exec(text);
  if (control) {
    const code = (control[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    throw invalid(source, control.index, `control character U+${code}`);
  }
}
