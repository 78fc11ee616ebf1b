import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaults, parseSettings } from "../../../src/config/config.ts";
import { policyTable, settingsTable, stageTable } from "../../../src/config/tables.ts";
import { isMap } from "../../../src/model/value.ts";
import { parseYaml } from "../../../src/model/yaml.ts";

const FILE = ".mversion.example.yaml";
const text = readFileSync(join(import.meta.dirname, "../../..", FILE), "utf8");

test("the example says the defaults", () => {
  expect(parseSettings(text, FILE)).toEqual({ settings: defaults, warnings: [] });
});

test("the example shows every setting", () => {
  const { data } = parseYaml(text, FILE);
  const keys = (value: unknown): string[] => (isMap(value as typeof data) ? Object.keys(value as object) : []);
  expect(keys(data)).toEqual(["schema", ...Object.keys(settingsTable)]);
  expect(keys(data["policy"])).toEqual(Object.keys(policyTable));
  const stages = data["stages"];
  expect(keys(isMap(stages) ? stages["production"] : null)).toEqual(Object.keys(stageTable));
});

test("every line that sets something says in a comment what", () => {
  const silent = text
    .split("\n")
    .filter((line) => /^\s*[\w-]+:/.test(line) && !line.includes(" # ") && !line.endsWith(":"));
  expect(silent).toEqual([]);
});

test("what the comments suggest is valid", () => {
  const suggested = text
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", key = "", value = ""] =
        /^( *)(\w+): \S.* # .*such as (\{.*\}|\[.*\]|[\w.]+)/.exec(line) ?? [];
      return value === ""
        ? line
        : `${indent}${key}: ${value.replace(/[;,].*$/, (rest) => (/[\]}]/.test(rest) ? rest : ""))}`;
    })
    .join("\n")
    .replace(/^models: .*# (churn: .*?);.*$/m, "models: {$1}")
    .replace(/^remotes: .*# (store: .*)$/m, "remotes: {$1}");
  const { settings, warnings } = parseSettings(suggested, FILE);
  expect(warnings).toEqual([]);
  expect(settings).toMatchObject({
    id: "7d0c2f4e",
    models: { churn: { record: "churn.model.yaml" } },
    remotes: { store: { region: "eu-west-1" } },
    stages: { production: { requires: "staging", metrics: { accuracy: { value: 0.9 } }, confirm_within: 7_200_000 } },
    policy: {
      required: ["metrics.accuracy", "owner", "purpose", "limits", "slices", "validation.by", "validation.expires"],
      free_branches: ["exp/*"],
      metrics: { accuracy: { min: 0.9 } },
    },
  });
});
