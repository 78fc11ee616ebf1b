// Reads params and metrics files: params.yaml, metrics.json, config.toml.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { MvError } from "../errors.ts";
import { isMap, type Value, type ValueMap } from "../model/value.ts";
import { parseYaml } from "../model/yaml.ts";
import { readJson } from "./json.ts";
import { readToml } from "./toml.ts";

/** Parameters and metrics of one training, not its data. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * The map in a YAML, JSON or TOML file, told apart by the extension. Maps in it stay nested, numbers keep their text.
 * `shown` is the path as the user wrote it. Throws `usage` where it is absent or has another ending, and `invalid-file` naming
 * it and the line: too big, not UTF-8, malformed, or not a map at the top.
 */
export async function readValues(path: string, shown: string = path): Promise<ValueMap> {
  const extension = extname(shown).toLowerCase();
  if (![".yaml", ".yml", ".json", ".toml"].includes(extension))
    throw new MvError("usage", `${shown}: not a .yaml, .json or .toml file`, {
      hint: "give one, or KEY=VALUE: --help",
    });
  const text = await readText(path, shown);
  const value = await parse(text, shown, extension);
  if (!isMap(value)) throw new MvError("invalid-file", `${shown}:1: names and values expected at the top`);
  return value;
}

async function parse(text: string, file: string, extension: string): Promise<Value> {
  if (text.trim() === "") throw new MvError("invalid-file", `${file}:1: the file is empty`);
  if (extension === ".json") return readJson(text, file);
  if (extension === ".toml") return readToml(text, file);
  // Not the default "git restore": it would throw the user's edit away.
  return parseYaml(text, file, { maxBytes: MAX_BYTES, hint: `edit ${file}` }).data;
}

async function readText(path: string, shown: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readBytes(path, shown);
  } catch (error) {
    if (error instanceof MvError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new MvError("usage", `${shown}: there is no such file`, {
        hint: "look for its name with ls",
        cause: error,
      });
    throw new MvError("invalid-file", `${shown}: cannot be read (${code})`, { cause: error });
  }
  try {
    // Fatal: a wrong encoding is an error, not a question mark in a record. The decoder drops a byte order mark.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MvError("invalid-file", `${shown}: not UTF-8 text`, { cause: error });
  }
}

async function readBytes(path: string, shown: string): Promise<Buffer> {
  // Non-blocking: opening a named pipe would otherwise wait for its writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new MvError("invalid-file", `${shown}: not a file`);
    if (status.size > MAX_BYTES) throw new MvError("invalid-file", `${shown}: bigger than ${MAX_BYTES} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
