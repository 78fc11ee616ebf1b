// The JSON Schemas, which editors read, know the same keys as the parsers.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaults, initialSettings } from "../../../src/config/config.ts";
import {
  gateTable,
  gcTable,
  modelTable,
  policyTable,
  remoteTable,
  settingsTable,
  stageTable,
} from "../../../src/config/tables.ts";
import { formatPointer, parsePointer, POINTER_KEYS } from "../../../src/model/pointer.ts";
import { parseRecord, RECORD_KEYS } from "../../../src/model/record.ts";
import { parseYaml } from "../../../src/model/yaml.ts";
import { folderPointer, pointer, record } from "../model/samples.ts";

interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  enum?: string[];
  pattern?: string;
  description?: string;
  definitions?: Record<string, Schema>;
  $ref?: string;
}

const FOLDER = join(import.meta.dirname, "../../../schemas");
const read = (name: string): Schema => JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), "utf8")) as Schema;
const keys = (schema: Schema | undefined): string[] => Object.keys(schema?.properties ?? {});
const each = (schema: Schema | undefined): Schema => schema?.additionalProperties as Schema;

const settings = read("settings").properties ?? {};

test.each<[string, Schema | undefined, object]>([
  ["settings", read("settings"), { schema: 0, ...settingsTable }],
  ["models", each(settings["models"]), modelTable],
  ["remotes", each(settings["remotes"]), remoteTable],
  ["stages", each(settings["stages"]), stageTable],
  ["policy", settings["policy"], policyTable],
  ["policy.metrics", each(settings["policy"]?.properties?.["metrics"]), gateTable],
  ["gc", settings["gc"], gcTable],
  ["pointer", read("pointer"), Object.fromEntries(POINTER_KEYS.map((key) => [key, 0]))],
  ["record", read("record"), Object.fromEntries(RECORD_KEYS.map((key) => [key, 0]))],
  ["artifacts", read("record").definitions?.["artifacts"]?.items, { path: 0, kind: 0, sha256: 0, size: 0 }],
  ["features", read("features"), { schema: 0, name: 0, version: 0, columns: 0 }],
])("the schema of %s has the parser's keys", (_, schema, known) => {
  expect(keys(schema)).toEqual(Object.keys(known));
});

test.each([
  ["1.2.0", true],
  ["1.3.0-dev.1", true],
  ["1.2.0+gpu", true],
  ["v1.2.0", false],
  ["1.2", false],
  ["01.2.0", false],
  ["2026-02-09", false],
])("an editor is told of the version %s what the program says", (version, isOne) => {
  const { pattern = "" } = read("record").properties?.["version"] ?? {};
  expect(new RegExp(pattern).test(version)).toBe(isOne);
  const parse = (): unknown => parseRecord(record.replace(/^version:.*$/m, `version: ${version}`), "churn.model.yaml");
  if (isOne) expect(parse).not.toThrow();
  else expect(parse).toThrow("version");
});

test("every property says what it is for", () => {
  const silent: string[] = [];
  const walk = (schema: Schema, path: string): void => {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      const isEnough = property.description !== undefined || property.properties !== undefined;
      if (!isEnough && !path.startsWith("record.definitions")) silent.push(`${path}.${key}`);
      walk(property, `${path}.${key}`);
    }
    if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, `${path}.*`);
    if (schema.items) walk(schema.items, `${path}[]`);
  };
  for (const file of readdirSync(FOLDER))
    walk(read(file.replace(".schema.json", "")), file.replace(".schema.json", ""));
  expect(silent).toEqual([]);
});

describe("the samples have what the schemas require", () => {
  const has = (text: string, schema: Schema): void => {
    const { data } = parseYaml(text, "sample");
    for (const key of schema.required ?? []) expect(Object.keys(data)).toContain(key);
    for (const key of Object.keys(data)) expect(keys(schema)).toContain(key);
  };
  test("pointers", () => {
    has(formatPointer(parsePointer(pointer, "model.onnx.mv.yaml")), read("pointer"));
    has(formatPointer(parsePointer(folderPointer, "tokenizer.mv.yaml")), read("pointer"));
  });
  test("record", () => {
    expect(parseRecord(record, "churn.model.yaml").model_name).toBe("churn");
    has(record, read("record"));
  });
  test("settings", () => has(initialSettings("churn", "v{version}"), read("settings")));
});

test("the words of the policy are the parser's", () => {
  expect(settings["policy"]?.properties?.["levels"]?.enum).toContain(defaults.policy.levels);
  expect(read("settings").definitions?.["severity"]?.enum).toEqual(["block", "warn", "off"]);
});
