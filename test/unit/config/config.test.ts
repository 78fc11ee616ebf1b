import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaults, initialSettings, parseSettings, withModel } from "../../../src/config/config.ts";
import { isMvError } from "../../../src/errors.ts";
import { settings as first } from "../model/samples.ts";
import { text } from "../model/values.ts";

const FILE = ".mversion.yaml";
const parse = (source: string): ReturnType<typeof parseSettings> => parseSettings(`schema: 1\n${source}`, FILE);
const refusal = (source: string): string => {
  try {
    parseSettings(source, FILE);
  } catch (error) {
    if (isMvError(error) && error.code === "invalid-file") return error.message;
    throw error;
  }
  return "accepted";
};

test("the walkthrough's first settings, byte for byte", () => {
  expect(initialSettings("churn", "v{version}")).toBe(first);
  const { settings, warnings } = parseSettings(first, FILE);
  expect(settings).toEqual({ ...defaults, models: { churn: { record: "churn.model.yaml", tag: "v{version}" } } });
  expect(warnings).toEqual([]);
});

describe("withModel", () => {
  const risk = '  risk: {record: risk.model.yaml, tag: "{model}@v{version}"}\n';

  test("adds a second model", () => {
    expect(withModel(first, "risk", "{model}@v{version}")).toBe(first + risk);
  });

  test("keeps comments and everything else", () => {
    const old = `# ours\nschema: 1\nmodels: # by name\n  # the first\n  churn: {record: a/churn.model.yaml, tag: "v{version}"} # old\n\npolicy:\n  naming:  block\n`;
    expect(withModel(old, "risk", "{model}@v{version}")).toBe(old.replace("# old\n", `# old\n${risk}`));
  });

  test.each([
    ["none yet", "schema: 1\nmodels: {}\ngc: {grace: 1d}\n", `schema: 1\nmodels:\n${risk}gc: {grace: 1d}\n`],
    ["no key yet", "schema: 1\ngc: {grace: 1d}\n", `schema: 1\nmodels:\n${risk}gc: {grace: 1d}\n`],
    ["an empty key", "schema: 1\nmodels:\n", `schema: 1\nmodels:\n${risk}`],
  ])("where there is %s", (_, old, expected) => {
    expect(withModel(old, "risk", "{model}@v{version}")).toBe(expected);
  });

  test("takes a name with a dot for one name", () => {
    const { settings } = parseSettings(withModel(first, "risk.v", "{model}@v{version}"), FILE);
    expect(Object.keys(settings.models)).toEqual(["churn", "risk.v"]);
  });

  test("leaves a model that is there already", () => {
    expect(withModel(first, "churn", "v{version}")).toBe(first);
  });
});

test("without a file all is default", () => {
  expect(parseSettings(null, FILE)).toEqual({ settings: defaults, warnings: [] });
  expect(parse("").settings).toEqual(defaults);
  expect(parse("policy:\nstages: null\nmodels: ~\n").settings).toEqual(defaults);
});

test("every setting is read", () => {
  const { settings, warnings } = parse(`id: 7d0c2f4e
models:
  churn: {record: a/churn.model.yaml, tag: "v{version}"}
remotes:
  store: {url: "s3://b/p", endpoint: "https://minio:9000", region: eu-1, path_style: true}
  disk: {url: /mnt/models}
default_remote: store
stages:
  staging:
  production: {requires: staging, min_days: 2, approvals: 1, signed: true, metrics: {accuracy: ">= 0.9"}, confirm_within: 2h}
release_subject: "feat: {versions}"
policy:
  overwrite: warn
  naming: block
  metadata: off
  untracked: block
  unsafe: off
  required: [metrics.accuracy, owner]
  max_git_binary: 1MiB
  free_branches: ["exp/*"]
  release_branches: [main]
  levels: shapes
  precision: patch
  metrics: {loss: {better: lower, min: 0.5, max_drop: 1e-2}}
gc: {grace: 2w}
`);
  expect(warnings).toEqual([]);
  expect(settings).toEqual({
    id: "7d0c2f4e",
    models: { churn: { record: "a/churn.model.yaml", tag: "v{version}" } },
    remotes: {
      store: { url: "s3://b/p", endpoint: "https://minio:9000", region: "eu-1", path_style: true },
      disk: { url: "/mnt/models", endpoint: null, region: null, path_style: false },
    },
    default_remote: "store",
    stages: {
      staging: { requires: null, min_days: 0, approvals: 0, signed: false, metrics: {}, confirm_within: null },
      production: {
        requires: "staging",
        min_days: 2,
        approvals: 1,
        signed: true,
        metrics: { accuracy: { comparison: ">=", value: 0.9 } },
        confirm_within: 7_200_000,
      },
    },
    release_subject: "feat: {versions}",
    policy: {
      overwrite: "warn",
      naming: "block",
      metadata: "off",
      untracked: "block",
      unsafe: "off",
      required: ["metrics.accuracy", "owner"],
      max_git_binary: 1_048_576,
      free_branches: ["exp/*"],
      release_branches: ["main"],
      levels: "shapes",
      precision: "patch",
      metrics: { loss: { better: "lower", min: 0.5, max_drop: 0.01 } },
    },
    gc: { grace: 1_209_600_000 },
  });
});

test("unknown keys are warnings with their line, never errors", () => {
  const { settings, warnings } = parse(`hooks: {run: "rm -rf /"}
policy:
  overwrites: off
  __proto__: {overwrite: off}
cache: /shared
stages: {production: {approval: 2}}
constructor: 1
`);
  expect(settings).toEqual({ ...defaults, stages: { production: defaults.stages["production"] } });
  expect(warnings).toEqual([
    ".mversion.yaml:2: hooks: not a setting of this version; ignored",
    ".mversion.yaml:4: policy.overwrites: not a setting of this version; ignored",
    ".mversion.yaml:5: policy.__proto__: not a setting of this version; ignored",
    ".mversion.yaml:6: cache: a machine's own setting, ignored here: git config mversion.cache DIR",
    ".mversion.yaml:7: stages.production.approval: not a setting of this version; ignored",
    ".mversion.yaml:8: constructor: not a setting of this version; ignored",
  ]);
});

test("a default remote that is gone is a warning", () => {
  expect(parse("default_remote: store\n").warnings).toEqual([
    ".mversion.yaml:2: default_remote: there is no remote store",
  ]);
});

test("names are own keys only", () => {
  const { models, stages } = parse('models: {toString: {record: a.model.yaml, tag: "v{version}"}}\n').settings;
  expect(Object.keys(models)).toEqual(["toString"]);
  expect("constructor" in models || "constructor" in stages || "constructor" in defaults.models).toBe(false);
});

describe("refuses", () => {
  const model = (record: string, tag = '"v{version}"'): string =>
    `models:\n  churn: {record: ${record}, tag: ${tag}}\n`;
  test.each([
    ["a newer schema", "schema: 2\n", ":1: schema: 2 needs a newer mversion"],
    ["no schema", "models: {}\n", ":1: schema: `schema: 1` is missing"],
    ["a list", "- a\n", ":1: `key: value` lines"],
    [
      "a word that is no severity",
      "policy: {overwrite: never}",
      ":2: policy.overwrite: block, warn or off is expected",
    ],
    ["a boolean for a severity", "policy: {overwrite: false}", ":2: policy.overwrite: block, warn or off"],
    ["a list for the policy", "policy: [block]", ":2: policy: `key: value` pairs"],
    ["a text for a list", "policy: {required: owner}", ":2: policy.required: a list is expected"],
    ["a size without sense", "policy: {max_git_binary: lots}", ":2: policy.max_git_binary: a size such as"],
    ["a level without sense", "policy: {levels: deep}", ":2: policy.levels: interface, shapes or graph"],
    ["a gate without sense", "policy: {metrics: {a: {better: more}}}", ":2: policy.metrics.a.better: higher or lower"],
    ["a gate as text", "policy: {metrics: {a: {min: high}}}", ":2: policy.metrics.a.min: a number is expected"],
    ["a time without sense", "gc: {grace: 14}", ":2: gc.grace: a time such as"],
    ["a subject without versions", "release_subject: Release", ":2: release_subject: it has {versions} in it"],
    ["a subject of two lines", 'release_subject: "a\\n{versions}"', ":2: release_subject: one line"],
    ["a record outside", model("../x.model.yaml"), ":3: models.churn.record: the path has a '..'"],
    ["an absolute record", model("/etc/x.model.yaml"), ":3: models.churn.record: the path is absolute"],
    ["a record in .git", model(".git/x.model.yaml"), ":3: models.churn.record: a name in it is a spelling of .git"],
    ["a record of another name", model(".gitattributes"), ":3: models.churn.record: it ends with .model.yaml"],
    ["a tag format without version", model("a.model.yaml", "v1"), ":3: models.churn.tag: it ends with {version}"],
    [
      "a model without a tag",
      "models: {churn: {record: a.model.yaml}}",
      ":2: models.churn: a model needs a record and a tag",
    ],
    [
      "a model's bad name",
      'models: {"../x": {record: a.model.yaml, tag: "v{version}"}}',
      ":2: models.../x: a model name",
    ],
    ["a remote without a url", "remotes: {store: {}}", ":2: remotes.store: a remote needs a url"],
    [
      "a remote that is a command",
      'remotes: {store: {url: "ext::sh -c id"}}',
      ":2: remotes.store.url: the address names a program",
    ],
    [
      "a remote with a secret",
      'remotes: {store: {url: "https://u:hunter2@h/"}}',
      ":2: remotes.store.url: the address holds a password",
    ],
    ["a remote's bad name", 'remotes: {"-x": {url: /mnt}}', ":2: remotes.-x: the name does not start with"],
    ["a stage's bad name", 'stages: {"a#b": {}}', ":2: stages.a#b: the name has letters"],
    ["approvals as text", "stages: {production: {approvals: two}}", ":2: stages.production.approvals: a whole number"],
    ["signed as text", "stages: {production: {signed: maybe}}", ":2: stages.production.signed: true or false"],
    [
      "a bound without a comparison",
      "stages: {production: {metrics: {a: 0.9}}}",
      ":2: stages.production.metrics.a: a bound",
    ],
    [
      "a stage that is not there",
      "stages: {production: {requires: stagin}}",
      ":2: stages.production.requires: there is no stage stagin",
    ],
    [
      "a stage that requires itself",
      "stages: {production: {requires: production}}",
      ":2: stages.production.requires: a stage cannot",
    ],
    ["days on no stage", "stages: {production: {min_days: 3}}", ":2: stages.production.min_days: it needs requires"],
    [
      "two models with one record",
      'models:\n  a: {record: x.model.yaml, tag: "v{version}"}\n  b: {record: X.model.yaml, tag: "{model}@v{version}"}\n',
      ":4: models.b.record: the model a has the same record",
    ],
    [
      "two models with one tag",
      'models:\n  a: {record: a.model.yaml, tag: "b@v{version}"}\n  b: {record: b.model.yaml, tag: "{model}@v{version}"}\n',
      ":4: models.b.tag: the model a has the same tag",
    ],
    ["more than 1 MiB", `x: ${"x".repeat(1 << 20)}`, ":1: the file is larger than 1048576 bytes"],
  ])("%s", (_, source, why) => {
    const message = refusal(/^(?:schema|models: \{\}|- )/.test(source) ? source : `schema: 1\n${source}`);
    expect(message).toContain(`${FILE}${why}`);
    expect(message).not.toContain("hunter2");
  });
});

test("settings in our own layout are read as those that need YAML, down to the line of a warning", () => {
  const line = (name: string, rest = "") =>
    `  ${name}: {record: ${name}.model.yaml, tag: "${name}@v{version}"${rest}}\n`;
  for (const source of [
    `schema: 1\nmodels:\n${line("churn")}${line("ltv-eu")}`,
    `schema: 1\nmodels:\n${line("churn")}${line("ltv", ", odd: 1")}policy: {overwrites: 1}\n`,
    `schema: 1\nmodels:\n${line("churn")}default_remote: none\n`,
    `schema: 2\nmodels:\n${line("churn")}`,
    `schema: 1\nmodels:\n${line("churn")}${line("churn")}`,
    `schema: 1\nmodels:\n${line("churn")}policy: {overwrite: maybe}\n`,
  ]) {
    const read = (text: string): unknown => {
      try {
        return parseSettings(text, FILE);
      } catch (error) {
        return String(error);
      }
    };
    expect(read(source)).toEqual(read(`${source}# careful\n`));
  }
});

test("random and mutated settings are read or refused as invalid", () => {
  const source = `${first}policy: {overwrite: block, required: [a], metrics: {a: {min: 1}}}\nstages: {production: {approvals: 1}}\n`;
  fc.assert(
    fc.property(fc.nat(source.length), fc.nat(8), text, (at, gone, inserted) => {
      refusal(source.slice(0, at) + inserted + source.slice(at + gone));
      refusal(`schema: 1\npolicy: ${inserted}\n`);
    }),
    { numRuns: 500 },
  );
});
