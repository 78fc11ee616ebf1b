// The splices that turn one map of a YAML text into another, touching as little of the text as there is to change.
import { isMap, isNumberText, type Value, type ValueMap } from "./value.ts";
import type { Entry, Place } from "./yaml.ts";
import { isBlockList, writeBlockValue, writeInline, writeItems, writeKey } from "./yaml-write.ts";

interface Splice {
  start: number;
  end: number;
  text: string;
}

export interface Edit {
  readonly text: string;
  readonly eol: string;
  /** The order in which new top-level keys take their place; others go to the end. */
  readonly order: readonly string[];
  /** Top-level keys whose map has a line for each entry. */
  readonly blockMaps: readonly string[];
  /** Edit inside values; otherwise a top-level value that changes is written anew. */
  readonly deep: boolean;
  readonly splices: Splice[];
}

/** Stands where an empty item leaves no place to write to. */
const IMPOSSIBLE: Splice = { start: -1, end: -1, text: "" };

/** The same value written the same way: 1.0 is not 1 here. */
export function identical(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (isNumberText(a)) return isNumberText(b) && a.text === b.text;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => identical(item as Value, b[at] as Value));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && identical(a[key], b[key]))
  );
}

/** The text with the splices applied, or null where they cannot be. */
export function applySplices(edit: Edit): string | null {
  const splices = edit.splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let text = "";
  let at = 0;
  for (const { start, end, text: inserted } of splices) {
    if (start < at) return null;
    text += edit.text.slice(at, start) + inserted.replaceAll("\n", edit.eol);
    at = end;
  }
  return text + edit.text.slice(at);
}

/** Adds the splices that turn a map of the text into `after`. `top` says that it is the document's own map. */
export function reconcileMap(edit: Edit, place: Place, before: ValueMap, after: ValueMap, top: boolean): void {
  const kept = place.entries.filter((entry) => Object.hasOwn(after, entry.key));
  if (kept.length === 0 && place.flow) {
    edit.splices.push({ start: place.start, end: place.end, text: writeInline(after, { key: "", flow: true }) });
    return;
  }
  for (const entry of kept) {
    const value = after[entry.key] ?? null;
    if (!identical(before[entry.key], value)) reconcile(edit, entry, before[entry.key], value, place.flow);
  }
  deleteEntries(edit, place, (entry) => !Object.hasOwn(after, entry.key));
  const order = (key: string): number => (top ? edit.order.indexOf(key) : -1);
  const fresh = Object.keys(after).filter((key) => !Object.hasOwn(before, key));
  const rank = (key: string): number => (order(key) < 0 ? edit.order.length : order(key));
  for (const key of fresh.toSorted((a, b) => rank(a) - rank(b))) {
    const value = after[key] ?? null;
    const behind = order(key) < 0 ? kept.at(-1) : closest(kept, (entry) => order(entry.key), order(key));
    if (place.flow) {
      insertInFlow(edit, kept, behind, `${writeKey(key)}: ${writeInline(value, { key, flow: true })}`);
      continue;
    }
    const indent = indentOf(edit, place.entries[0]);
    const written = writeBlockValue(key, value, indent, top && edit.blockMaps.includes(key));
    insertLines(edit, kept[0] ?? place.entries[0], behind, `${indent}${writeKey(key)}:${written}`);
  }
}

/** The entry with the highest rank below the given one. */
function closest(entries: readonly Entry[], rankOf: (entry: Entry) => number, below: number): Entry | undefined {
  let best: Entry | undefined;
  for (const entry of entries) {
    const rank = rankOf(entry);
    if (rank >= 0 && rank < below && (best === undefined || rank > rankOf(best))) best = entry;
  }
  return best;
}

function reconcile(edit: Edit, entry: Entry, before: Value | undefined, after: Value, inFlow: boolean): void {
  const place = entry.value;
  if (edit.deep && place !== null && place.entries.length > 0) {
    if (isMap(before) && isMap(after) && place.entries.some(({ key }) => Object.hasOwn(after, key))) {
      return reconcileMap(edit, place, before, after, false);
    }
    if (Array.isArray(before) && Array.isArray(after) && after.length > 0) {
      return reconcileList(edit, place, before as Value[], after as Value[]);
    }
  }
  replace(edit, entry, after, inFlow);
}

// What is alike at both ends stays; in between, items are changed in place as far as there are as many.
function reconcileList(edit: Edit, place: Place, before: readonly Value[], after: readonly Value[]): void {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && identical(before[head], after[head])) head++;
  let tail = 0;
  while (tail < shorter - head && identical(before[before.length - 1 - tail], after[after.length - 1 - tail])) tail++;
  const pairs = shorter - head - tail;
  for (let at = head; at < head + pairs; at++) {
    const entry = place.entries[at];
    if (entry) reconcile(edit, entry, before[at], after[at] ?? null, place.flow);
  }
  const gone = (index: number): boolean => index >= head + pairs && index < before.length - tail;
  deleteEntries(edit, place, (entry) => gone(Number(entry.key)));
  const kept = place.entries.filter((entry) => !gone(Number(entry.key)));
  const behind = place.entries[head + pairs - 1];
  for (const value of after.slice(head + pairs, after.length - tail)) {
    if (place.flow) insertInFlow(edit, kept, behind, writeInline(value, { key: "", flow: true }));
    else insertLines(edit, kept[0], behind, writeItems([value], indentOf(edit, place.entries[0])).join(""));
  }
}

function replace(edit: Edit, entry: Entry, value: Value, inFlow: boolean): void {
  const { text } = edit;
  const place = entry.value;
  const isItem = entry.keyEnd === entry.start;
  if (inFlow || isItem) {
    if (place === null) return void edit.splices.push(IMPOSSIBLE);
    const inline = writeInline(value, { key: entry.key, flow: inFlow });
    return void edit.splices.push({ start: place.start, end: place.end, text: inline });
  }
  const colon = text.indexOf(":", entry.keyEnd) + 1;
  const end = place?.end ?? colon;
  const indent = indentOf(edit, entry);
  if (place !== null && /#/.test(text.slice(colon, place.start))) {
    // A comment stands between the key and its value: keep it, and write below it.
    const inner = " ".repeat(Math.max(columnOf(edit, place.start), indent.length + 2));
    const lines = isBlockList(value)
      ? writeItems(value, inner)
      : [inner + writeInline(value, { key: entry.key, flow: false })];
    return void edit.splices.push({ start: lineStart(text, place.start), end, text: lines.join("\n") });
  }
  const isCommented = /^[^\n]*#/.test(text.slice(end));
  const isLines = typeof value === "string" && value.includes("\n");
  const written =
    isCommented && isLines
      ? ` ${writeInline(value, { key: entry.key, flow: false })}`
      : writeBlockValue(entry.key, value, indent, indent === "" && edit.blockMaps.includes(entry.key));
  const isBeside = place !== null && written.startsWith(" ") && /^ +$/.test(text.slice(colon, place.start));
  // Values that a team has aligned stay so.
  if (isBeside) edit.splices.push({ start: place.start, end, text: written.slice(1) });
  else edit.splices.push({ start: colon, end, text: written });
}

function deleteEntries(edit: Edit, place: Place, isGone: (entry: Entry) => boolean): void {
  const { entries } = place;
  for (const [at, entry] of entries.entries()) {
    if (!isGone(entry)) continue;
    if (!place.flow) {
      edit.splices.push({
        start: lineStart(edit.text, entry.start),
        end: nextLine(edit.text, endOf(entry)),
        text: "",
      });
      continue;
    }
    const next = entries[at + 1];
    const survivor = entries.slice(0, at).findLast((other) => !isGone(other));
    if (next && entries.slice(at).some((other) => !isGone(other)))
      edit.splices.push({ start: entry.start, end: next.start, text: "" });
    else if (survivor && survivor === entries[at - 1]) {
      edit.splices.push({ start: endOf(survivor), end: endOf(entries.at(-1) ?? entry), text: "" });
    }
  }
}

function insertInFlow(edit: Edit, kept: readonly Entry[], behind: Entry | undefined, written: string): void {
  const first = kept[0];
  if (behind) edit.splices.push({ start: endOf(behind), end: endOf(behind), text: `, ${written}` });
  else if (first) edit.splices.push({ start: first.start, end: first.start, text: `${written}, ` });
}

function insertLines(edit: Edit, first: Entry | undefined, behind: Entry | undefined, written: string): void {
  if (behind) {
    const at = lineEnd(edit.text, endOf(behind));
    edit.splices.push({ start: at, end: at, text: `\n${written}` });
  } else if (first) {
    const at = lineStart(edit.text, first.start);
    edit.splices.push({ start: at, end: at, text: `${written}\n` });
  }
}

function endOf(entry: Entry): number {
  return entry.value?.end ?? entry.keyEnd;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the next line starts. */
function nextLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

/** Where the line ends, before its line break. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  if (end < 0) return text.length;
  return text[end - 1] === "\r" && end > offset ? end - 1 : end;
}

function columnOf(edit: Edit, offset: number): number {
  return offset - lineStart(edit.text, offset);
}

/** The indentation of a block entry's line, up to its key or its dash. */
function indentOf(edit: Edit, entry: Entry | undefined): string {
  if (!entry) return "";
  const line = edit.text.slice(lineStart(edit.text, entry.start), entry.start);
  return /^ *- *$/.test(line) && entry.keyEnd === entry.start
    ? line.slice(0, line.indexOf("-"))
    : " ".repeat(line.length);
}
