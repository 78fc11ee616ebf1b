// A quick reader for YAML in the layout of yaml-write.ts, which is what mversion wrote itself: a hundred times as fast as the
// library, and believed only where writing the values again gives the same text.
import type { Source } from "./yaml-source.ts";
import { type Value, type ValueMap, valueOf } from "./value.ts";
import { type Layout, writeYaml } from "./yaml-write.ts";
import type { YamlFile } from "./yaml.ts";

/** Beyond that the limits of the careful reader come near. */
const MAX_LENGTH = 256 * 1024;
const MAX_DEPTH = 20;

const TOP = /^([A-Za-z_]\w*):(?: (.+))?$/;
const ENTRY = /^([A-Za-z_][\w-]*): (.+)$/;
const WORD = /[^,:{}[\]"\n]+/y;
const PLAIN_KEY = /[^,:{}[\]"\n]+(?=: )/y;
const QUOTED = /"(?:[^"\\\n]|\\.)*"/y;

/**
 * The values of a text, without their places in it: an error in them is told by reading again with `parseYaml`. Null for any
 * text that is laid out otherwise, which says nothing about it.
 */
export function readPlainYaml(source: Source, layout: Layout = {}): YamlFile | null {
  if (source.text.length > MAX_LENGTH || !source.text.endsWith("\n")) return null;
  const data = readTop(source.text, layout);
  return data !== null && writeYaml(data, layout) === source.text ? { ...source, data, root: null } : null;
}

/** What `read` makes of a file: of its quickly read values, or, where that fails, of those that `parse` gives with places. */
export function readEither<T>(source: Source, parse: () => YamlFile, read: (file: YamlFile) => T): T {
  const quick = readPlainYaml(source);
  if (quick === null) return read(parse());
  try {
    return read(quick);
  } catch {
    return read(parse());
  }
}

function readTop(text: string, { blockMaps = [] }: Layout): ValueMap | null {
  const lines = text.split("\n");
  const data = Object.create(null) as Record<string, Value>;
  for (let at = 0; at < lines.length - 1;) {
    const [, key, inline] = TOP.exec(lines[at++] ?? "") ?? [];
    if (key === undefined || Object.hasOwn(data, key)) return null;
    if (inline === undefined) {
      const first = at;
      while (lines[at]?.startsWith("  ")) at += 1;
      const inner = lines.slice(first, at).map((line) => line.slice(2));
      const value = blockMaps.includes(key) ? readBlockMap(inner) : readItems(inner);
      if (value === null) return null;
      data[key] = value;
      continue;
    }
    const value = readLine(inline);
    if (value === undefined) return null;
    data[key] = value;
  }
  return data;
}

function readItems(lines: readonly string[]): Value[] | null {
  const items = lines.map((line) => (line.startsWith("- ") ? readLine(line.slice(2)) : undefined));
  return items.every((item) => item !== undefined) ? items : null;
}

function readBlockMap(lines: readonly string[]): ValueMap | null {
  const map = Object.create(null) as Record<string, Value>;
  for (const line of lines) {
    const [, key, inline = ""] = ENTRY.exec(line) ?? [];
    const value = readLine(inline);
    if (key === undefined || value === undefined || Object.hasOwn(map, key)) return null;
    map[key] = value;
  }
  return map;
}

/** The value that fills a line; undefined where it is not of the layout. */
function readLine(text: string): Value | undefined {
  // In block style a plain text may hold what ends it in flow style.
  if (!/^[{["]/.test(text)) return valueOf(text);
  const at = { text, place: 0 };
  const value = readFlow(at, 0);
  return at.place === text.length ? value : undefined;
}

interface Cursor {
  text: string;
  place: number;
}

function readFlow(at: Cursor, depth: number): Value | undefined {
  const first = at.text[at.place];
  if (first === '"') return readQuoted(at);
  if (first !== "{" && first !== "[") {
    const word = take(at, WORD);
    return word === null ? undefined : valueOf(word);
  }
  if (depth > MAX_DEPTH) return undefined;
  at.place += 1;
  return first === "{" ? readMap(at, depth + 1) : readList(at, depth + 1);
}

function readMap(at: Cursor, depth: number): ValueMap | undefined {
  const map = Object.create(null) as Record<string, Value>;
  while (!takeText(at, "}")) {
    const isFirst = at.text[at.place - 1] === "{";
    if (!isFirst && !takeText(at, ", ")) return undefined;
    const key = at.text[at.place] === '"' ? readQuoted(at) : take(at, PLAIN_KEY);
    if (typeof key !== "string" || Object.hasOwn(map, key) || !takeText(at, ": ")) return undefined;
    const value = readFlow(at, depth);
    if (value === undefined) return undefined;
    map[key] = value;
  }
  return map;
}

function readList(at: Cursor, depth: number): Value[] | undefined {
  const list: Value[] = [];
  while (!takeText(at, "]")) {
    if (list.length > 0 && !takeText(at, ", ")) return undefined;
    const value = readFlow(at, depth);
    if (value === undefined) return undefined;
    list.push(value);
  }
  return list;
}

function readQuoted(at: Cursor): string | undefined {
  const quoted = take(at, QUOTED);
  if (quoted === null) return undefined;
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}

function take(at: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = at.place;
  const found = pattern.exec(at.text)?.[0] ?? null;
  if (found !== null) at.place += found.length;
  return found;
}

function takeText(at: Cursor, text: string): boolean {
  if (!at.text.startsWith(text, at.place)) return false;
  at.place += text.length;
  return true;
}
