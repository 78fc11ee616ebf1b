// Every key of .mversion.yaml and how its value is read: the one list that parser, JSON Schema and example are compared with.
import { optionalText, problem } from "../model/fields.ts";
import { checkPortablePath } from "../model/paths.ts";
import { checkUrl } from "../model/url.ts";
import { looksNumeric } from "../model/value.ts";
import { checkModelName } from "../model/version.ts";
import { defaultGate, defaultRemote, defaults, defaultStage } from "./defaults.ts";
import {
  count,
  duration,
  flag,
  mapOf,
  number,
  type Read,
  readMap,
  size,
  type Table,
  text,
  texts,
  word,
} from "./read.ts";
import type {
  MetricGate,
  ModelSettings,
  Policy,
  RemoteSettings,
  Settings,
  StageSettings,
  Threshold,
} from "./settings.ts";
import { checkTagFormat } from "./tag-format.ts";

const RECORD_SUFFIX = ".model.yaml";

const recordPath: Read<string> = (reading, path) => {
  const record = text(reading, path);
  // .gitattributes keeps merges out of files of that ending only.
  const why = checkPortablePath(record) ?? (record.endsWith(RECORD_SUFFIX) ? null : `it ends with ${RECORD_SUFFIX}`);
  if (why !== null) throw problem(reading.file, path, why);
  return record;
};

const tagFormat: Read<string> = (reading, path) => {
  const format = text(reading, path);
  const why = checkTagFormat(format);
  if (why !== null) throw problem(reading.file, path, why);
  return format;
};

const address: Read<string> = (reading, path) => {
  const url = optionalText(reading.file, path) ?? "";
  const why = checkUrl(url);
  if (why !== null) throw problem(reading.file, path, why);
  return url;
};

const subject: Read<string> = (reading, path) => {
  const value = text(reading, path);
  if (!value.includes("{versions}")) throw problem(reading.file, path, "it has {versions} in it");
  return value;
};

const identity: Read<string> = (reading, path) => {
  const id = text(reading, path);
  if (!/^[\w.-]{1,100}$/.test(id)) throw problem(reading.file, path, "letters, digits and . _ - are expected");
  return id;
};

const threshold: Read<Threshold> = (reading, path) => {
  const written = optionalText(reading.file, path) ?? "";
  const [, comparison, value = ""] = /^(>=|<=|>|<|=)\s*(\S+)$/.exec(written) ?? [];
  if (!looksNumeric(value)) throw problem(reading.file, path, 'a bound such as ">= 0.9" is expected');
  return { comparison: comparison as Threshold["comparison"], value: Number(value) };
};

/** Names of remotes and stages: part of refs and of paths in stores, as those of models are. */
const checkName = (name: string): string | null =>
  checkModelName(name)?.replace(/^a model(?: name)?/, "the name") ?? null;
/** Names of metrics are the user's own. */
const anyName = (): null => null;

export const modelTable: Table<ModelSettings> = { record: recordPath, tag: tagFormat };

export const remoteTable: Table<RemoteSettings> = { url: address, endpoint: address, region: text, path_style: flag };

export const stageTable: Table<StageSettings> = {
  requires: text,
  min_days: count,
  approvals: count,
  signed: flag,
  metrics: mapOf(anyName, threshold),
  confirm_within: duration,
};

export const gateTable: Table<MetricGate> = { better: word("higher", "lower"), min: number, max_drop: number };

const severity = word("block", "warn", "off");

export const policyTable: Table<Policy> = {
  overwrite: severity,
  naming: severity,
  metadata: severity,
  untracked: severity,
  unsafe: severity,
  required: texts,
  max_git_binary: size,
  free_branches: texts,
  release_branches: texts,
  levels: word("interface", "shapes", "graph"),
  precision: word("major", "minor", "patch"),
  metrics: mapOf(anyName, (reading, path) => readMap(reading, path, gateTable, defaultGate)),
};

export const gcTable: Table<Settings["gc"]> = { grace: duration };

const model: Read<ModelSettings> = (reading, path) => {
  const settings = readMap(reading, path, modelTable, { record: "", tag: "" });
  if (settings.record === "" || settings.tag === "") {
    throw problem(
      reading.file,
      path,
      'a model needs a record and a tag: {record: churn.model.yaml, tag: "{model}@v{version}"}',
    );
  }
  return settings;
};

const remote: Read<RemoteSettings> = (reading, path) => {
  const settings = readMap(reading, path, remoteTable, { url: "", ...defaultRemote });
  if (settings.url === "") throw problem(reading.file, path, "a remote needs a url");
  return settings;
};

export const settingsTable: Table<Settings> = {
  id: identity,
  models: mapOf(checkModelName, model),
  remotes: mapOf(checkName, remote),
  default_remote: text,
  stages: mapOf(checkName, (reading, path) => readMap(reading, path, stageTable, defaultStage)),
  release_subject: subject,
  policy: (reading, path) => readMap(reading, path, policyTable, defaults.policy),
  gc: (reading, path) => readMap(reading, path, gcTable, defaults.gc),
};
