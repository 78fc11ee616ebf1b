// Reads the YAML of our files, which may be hostile, into Values, and keeps where each value stands in the text. The only
// importer of the yaml library. Writing is in yaml-write.ts, changing a text in yaml-edit.ts.
import {
  Composer,
  type Document,
  isMap as isYamlMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Parser,
  Lexer,
} from "yaml";
import { MvError } from "../errors.ts";
import { type Value, type ValueMap, valueOf } from "./value.ts";
import { checkCharacters, invalid, restoreHint, type Source } from "./yaml-source.ts";

export { writeYaml } from "./yaml-write.ts";

/** A node's place in the text. `end` of a block collection is that of its last value: comments below it are not in it. */
export interface Place {
  readonly kind: "scalar" | "list" | "map";
  /** True for `{…}`, `[…]` and scalars in quotes or plain; false for collections and scalars in block style. */
  readonly flow: boolean;
  readonly start: number;
  readonly end: number;
  readonly entries: readonly Entry[];
}

/** One `key: value` of a map, or one item of a list. */
export interface Entry {
  /** The key; of an item, its index. */
  readonly key: string;
  readonly start: number;
  /** Behind the key, before the colon; of an item, its start. */
  readonly keyEnd: number;
  /** Null where nothing is written. */
  readonly value: Place | null;
}

export interface YamlFile extends Source {
  readonly data: ValueMap;
  /** Null where the text holds no value at all. */
  readonly root: Place | null;
}

export interface YamlOptions {
  /** Default 4 MiB. */
  maxBytes?: number;
  /** Stands in for `git restore FILE` in errors. */
  hint?: string;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 50;
/** Lexical tokens, about four a value. The library spends up to 3 µs and 1 KiB on each: 4 MiB of them would take minutes. */
const MAX_TOKENS = 300_000;
/** The lexer's mark before a scalar's text. */
const SCALAR_FOLLOWS = "\u001f";

/**
 * Reads one document whose top is a map. Scalars keep their text: a plain one that looks like a number becomes a NumberText,
 * `true`, `false`, `null` and `~` what they say, everything else a string. Maps have no prototype. Refused are aliases,
 * anchors, tags, merge keys, directives, duplicate keys, a second document, a byte order mark, control characters, deep nesting
 * and great size. Throws MvError invalid-file, "FILE:LINE: WHY".
 */
export function parseYaml(text: string, file: string, options: YamlOptions = {}): YamlFile {
  const source = { file, text, hint: options.hint ?? restoreHint(file) };
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw invalid(source, 0, `the file is larger than ${maxBytes} bytes`);
  }
  checkCharacters(source);
  const document = compose(source);
  const root = document?.contents ?? null;
  if (root === null || (isScalar(root) && root.source === "")) {
    return { ...source, data: Object.create(null) as ValueMap, root: null };
  }
  if (!isYamlMap(root)) throw invalid(source, startOf(root), "`key: value` lines are expected");
  const [data, place] = readNode(source, root);
  return { ...source, data: data as ValueMap, root: place };
}

// Token by token, so that a hostile text is left at its first offence, before the library builds or recurses into anything.
function compose(source: Source): Document | null {
  const parser = new Parser();
  // Its own check of keys compares each with all others.
  const composer = new Composer({
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    keepSourceTokens: false,
  });
  const documents: Document[] = [];
  const take = (tokens: ReturnType<Parser["next"]>): void => {
    for (const token of tokens) {
      if (token.type === "error") throw invalid(source, token.offset, lowerFirst(token.message));
      for (const document of composer.next(token)) documents.push(document);
    }
  };
  let count = 0;
  let previous = "";
  for (const lexeme of new Lexer().lex(source.text)) {
    if (previous !== SCALAR_FOLLOWS) {
      const why = refusedToken(lexeme);
      if (why !== null) throw invalid(source, parser.offset, why);
    }
    if (++count > MAX_TOKENS) throw invalid(source, parser.offset, "the file holds too many values");
    previous = lexeme;
    take(parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH + 2) {
      throw invalid(source, parser.offset, `values are nested deeper than ${MAX_DEPTH} levels`);
    }
    if (documents.length > 0) throw invalid(source, parser.offset, "a second document starts in the file");
  }
  take(parser.end());
  for (const document of composer.end(false, source.text.length)) documents.push(document);
  const [document = null, second] = documents;
  const [error] = document?.errors ?? [];
  if (error) throw invalid(source, error.pos[0], lowerFirst(error.message));
  if (second) throw invalid(source, second.range?.[0] ?? 0, "a second document starts in the file");
  return document;
}

function refusedToken(lexeme: string): string | null {
  switch (lexeme[0]) {
    case "&":
      return "anchors (&name) are not allowed";
    case "*":
      return "aliases (*name) are not allowed";
    case "!":
      return "tags (!name) are not allowed";
    case "%":
      return "directives (%NAME) are not allowed";
    default:
      return null;
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function readNode(source: Source, node: unknown): [Value, Place | null] {
  if (isScalar(node)) {
    const [start = 0, end = start] = node.range ?? [];
    const text = String(node.value);
    if (text.includes("\0")) throw invalid(source, start, "a value holds the character NUL");
    if (node.type === "PLAIN") {
      return text === "" ? [null, null] : [valueOf(text), { kind: "scalar", flow: true, start, end, entries: [] }];
    }
    const flow = node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED";
    // A block scalar's range goes on to the next line.
    const last = flow ? end : start + source.text.slice(start, end).trimEnd().length;
    return [text, { kind: "scalar", flow, start, end: last, entries: [] }];
  }
  if (isSeq(node)) {
    const values: Value[] = [];
    const entries = node.items.map((item, index): Entry => {
      const [value, place] = readNode(source, item);
      values.push(value);
      const start = place?.start ?? startOf(item as Node);
      return { key: String(index), start, keyEnd: start, value: place };
    });
    return [values, placeOf(node, "list", entries)];
  }
  if (isYamlMap(node)) {
    const map = Object.create(null) as Record<string, Value>;
    const entries = node.items.map((pair): Entry => readPair(source, pair, map));
    return [map, placeOf(node, "map", entries)];
  }
  return [null, null];
}

function readPair(source: Source, pair: Pair, map: Record<string, Value>): Entry {
  const key = isPair(pair) ? pair.key : null;
  if (!isScalar(key)) throw invalid(source, startOf(key as Node), "a key is not a plain name");
  const [start = 0, keyEnd = start] = key.range ?? [];
  const name = String(key.value);
  if (name === "" && key.type === "PLAIN") throw invalid(source, start, "a key is missing before ':'");
  if (name === "<<" && key.type === "PLAIN") throw invalid(source, start, "merge keys (<<) are not allowed");
  if (name.includes("\0")) throw invalid(source, start, "a key holds the character NUL");
  if (Object.hasOwn(map, name)) throw invalid(source, start, `the key ${JSON.stringify(name)} is there twice`);
  const [value, place] = readNode(source, pair.value);
  map[name] = value;
  return { key: name, start, keyEnd, value: place };
}

function placeOf(node: Node & { flow?: boolean }, kind: "list" | "map", entries: Entry[]): Place {
  const [start = 0, end = start] = node.range ?? [];
  const flow = node.flow === true;
  const last = entries.at(-1);
  return { kind, flow, start, end: flow || !last ? end : (last.value?.end ?? last.keyEnd), entries };
}

/**
 * A word of the command line as a value. `[…]`, `{…}` and text in quotes are read as YAML, other words by `valueOf`. Throws
 * MvError usage that names `what` the word is for.
 */
export function parseWord(word: string, what: string): Value {
  if (!/^(?:\[.*\]|\{.*\}|"[^]*"|'[^]*')$/s.test(word)) return valueOf(word);
  try {
    return parseYaml(`value: ${word}`, what).data["value"] ?? null;
  } catch (error) {
    if (!(error instanceof MvError)) throw error;
    const why = error.message.slice(error.message.indexOf(": ") + 2);
    throw new MvError("usage", `${what}: ${why}`, { hint: `put a text that starts so in quotes: ${what}='"…"'` });
  }
}
