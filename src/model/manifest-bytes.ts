// Compares two large manifests by their bytes: of 50,000 files of which 100 were replaced, 100 are read.
import { type EntryChange, sameEntry } from "./manifest-changes.ts";
import { FILE, fileOf, type PlainFile } from "./manifest-plain.ts";

/** What equal bytes are skipped by. */
const BLOCK = 64 * 1024;
/** What starts an entry and stands nowhere else: inside a text a quotation mark has a backslash before it. */
const ENTRY = '{"';
/** Longer than any entry of a plain file. */
const ENTRY_MAX = 512;
/** With more of them it is quicker to read all. */
const MOST_CHANGES = 2000;

/**
 * The files that differ, in order, where both manifests list the same paths and all that differs are plain files; null for any
 * others, which says nothing about them. `before` must be a manifest: then `after` is one too, and what is not read of it is in
 * `before`. Pure.
 */
export function replacedFiles(before: Buffer, after: Buffer): EntryChange[] | null {
  const changes: EntryChange[] = [];
  let [left, right] = [0, 0];
  for (;;) {
    const equal = equalBytes(before.subarray(left), after.subarray(right));
    if (left + equal === before.length && right + equal === after.length) return changes;
    const start = before.subarray(left, left + equal).lastIndexOf(ENTRY);
    if (start < 0) return null;
    const [old, now] = [entryAt(before, left + start), entryAt(after, right + start)];
    // Another path, or the difference is behind the entry: then it is none of its own.
    if (old === null || now === null || old.text === now.text || old.file.path !== now.file.path) return null;
    if (changes.length === MOST_CHANGES) return null;
    if (!sameEntry(old.file, now.file)) changes.push({ path: old.file.path, before: old.file, after: now.file });
    left += start + old.text.length;
    right += start + now.text.length;
  }
}

/** How many bytes from the start are the same in both. */
function equalBytes(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  const isEqual = (start: number, end: number): boolean => a.compare(b, start, end, start, end) === 0;
  let at = 0;
  while (at < most && isEqual(at, Math.min(most, at + BLOCK))) at = Math.min(most, at + BLOCK);
  let end = Math.min(most, at + BLOCK);
  // The difference, if there is one, is before `end`.
  while (at < end) {
    const middle = (at + end) >> 1;
    if (isEqual(at, middle + 1)) at = middle + 1;
    else end = middle;
  }
  return at;
}

function entryAt(manifest: Buffer, start: number): { text: string; file: PlainFile } | null {
  const text = manifest.toString("latin1", start, start + ENTRY_MAX);
  FILE.lastIndex = 0;
  const match = FILE.exec(text);
  return match && { text: match[0], file: fileOf(match) };
}
