// Changes a YAML text and nothing else in it: comments, order, unknown keys and the text of other values stay byte for byte.
// A change becomes splices of the text; the result is read again and must hold exactly what was asked for.
import { isMap, type Value, type ValueMap } from "./value.ts";
import { parseYaml, type YamlFile } from "./yaml.ts";
import { invalid } from "./yaml-source.ts";
import { applySplices, type Edit, identical, reconcileMap } from "./yaml-splices.ts";
import { writeYaml } from "./yaml-write.ts";

export type Patch = Readonly<Record<string, Value | undefined>>;

/**
 * The text with the patch applied. A key may be dotted ("metrics.accuracy"; a key of that very name comes first); undefined
 * deletes. What is the same already is not touched, so that a patch without a change gives back the same text. Throws MvError
 * invalid-file where a file is laid out so oddly that a change would damage it. `order` is where new top-level keys go, `blockMaps`
 * which of them have a line for each entry.
 */
export function editYaml(
  source: YamlFile | string,
  patch: Patch,
  options: { order?: readonly string[]; blockMaps?: readonly string[]; file?: string } = {},
): string {
  const { order = [], blockMaps = [] } = options;
  const file = typeof source === "string" ? parseYaml(source, options.file ?? "YAML") : source;
  const target = applyPatch(file.data, patch);
  if (identical(file.data, target)) return file.text;
  const eol = file.text.includes("\r\n") ? "\r\n" : "\n";
  const { root } = file;
  if (root === null) {
    const start = file.text === "" || file.text.endsWith("\n") ? file.text : file.text + eol;
    return (
      checked(file, start + writeYaml(target, { blockMaps }).replaceAll("\n", eol), target) ?? refuse(file, target)
    );
  }
  for (const deep of [true, false]) {
    const edit: Edit = { text: file.text, eol, order, blockMaps, deep, splices: [] };
    reconcileMap(edit, root, file.data, target, true);
    const text = applySplices(edit);
    const result = text === null ? null : checked(file, text, target);
    if (result !== null) return result;
  }
  return refuse(file, target);
}

function refuse(file: YamlFile, target: ValueMap): never {
  const entry = file.root?.entries.find(({ key }) => !identical(file.data[key], target[key]));
  const name = entry?.key ?? "the file";
  throw invalid(
    file,
    entry?.start ?? 0,
    `${name} is laid out in a way that mversion does not change`,
    `write it as \`key: value\` in ${file.file}`,
  );
}

function checked(file: YamlFile, text: string, target: ValueMap): string | null {
  try {
    return identical(parseYaml(text, file.file).data, target) ? text : null;
  } catch {
    return null;
  }
}

/** The data with the patch applied; the input stays as it is. */
export function applyPatch(data: ValueMap, patch: Patch): ValueMap {
  let result = data;
  for (const [key, value] of Object.entries(patch)) result = assign(result, key, value);
  return result;
}

function assign(map: ValueMap, key: string, value: Value | undefined): ValueMap {
  const copy: Record<string, Value> = Object.assign(Object.create(null) as Record<string, Value>, map);
  const dot = Object.hasOwn(copy, key) ? -1 : splitAt(copy, key);
  if (dot < 0) {
    if (value === undefined) delete copy[key];
    else copy[key] = value;
    return copy;
  }
  const [head, rest] = [key.slice(0, dot), key.slice(dot + 1)];
  const inner = copy[head];
  if (value === undefined && !isMap(inner)) return copy;
  copy[head] = assign(isMap(inner) ? inner : {}, rest, value);
  return copy;
}

// A key that exists may itself hold dots: the longest that is there wins.
function splitAt(map: ValueMap, key: string): number {
  for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) {
    if (Object.hasOwn(map, key.slice(0, dot))) return dot;
  }
  return key.indexOf(".", 1);
}
