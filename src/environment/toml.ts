// TOML to values: the only user of smol-toml, loaded when a TOML file is read.
import { MvError } from "../errors.ts";
import { fromPlain, numberText, type Value, type ValueMap } from "../model/value.ts";

/**
 * A TOML document as values. Integers keep every digit; a whole float stays recognisable as one ("1.0"), other floats
 * get the shortest text of the same value. Throws `invalid-file` with the line.
 */
export async function readToml(text: string, file: string): Promise<ValueMap> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return mapOf(parse(text, { integersAsBigInt: true, maxDepth: 100 }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [why = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n", 1);
    throw new MvError("invalid-file", `${file}:${error.line}: ${why}`, { cause: error });
  }
}

function mapOf(input: object): ValueMap {
  // Null prototype: a key "__proto__" is a key.
  const map = Object.create(null) as Record<string, Value>;
  for (const [key, value] of Object.entries(input)) map[key] = valueOf(value);
  return map;
}

function valueOf(input: unknown): Value {
  if (typeof input === "number" && Number.isInteger(input) && !String(input).includes("e"))
    return numberText(`${input}.0`);
  if (Array.isArray(input)) return input.map(valueOf);
  if (typeof input === "object" && input !== null && !(input instanceof Date)) return mapOf(input);
  return fromPlain(input);
}
