// .mversion.yaml: the team's committed settings. Unknown keys are warnings, so that an older mversion works in a newer
// repository; a value that cannot be meant is an error, so that no rule is loosened by a typing mistake.
import { problem, requireSchema } from "../model/fields.ts";
import { formatTag } from "../model/version.ts";
import { numberText, type Value, type ValueMap } from "../model/value.ts";
import { parseYaml, type YamlFile } from "../model/yaml.ts";
import { editYaml, type Patch } from "../model/yaml-edit.ts";
import { readPlainYaml } from "../model/yaml-plain.ts";
import { restoreHint } from "../model/yaml-source.ts";
import { writeYaml } from "../model/yaml-write.ts";
import { defaults } from "./defaults.ts";
import { type Reading, readMap } from "./read.ts";
import type { ModelSettings, RemoteSettings, Settings } from "./settings.ts";
import { settingsTable } from "./tables.ts";

export { defaults } from "./defaults.ts";
export type { Policy, RemoteSettings, Settings, StageSettings } from "./settings.ts";

export const SETTINGS_MAX_BYTES = 1024 * 1024;

/** Top-level keys in the order in which they are written. */
const KEYS = ["schema", ...Object.keys(settingsTable)];
const LAYOUT = { order: KEYS, blockMaps: ["models", "remotes"] };

/**
 * The settings, and a line for each key that this version does not know. `text` null: there is no file, all is default. Maps by
 * name (models, remotes, stages) have no prototype. Throws MvError invalid-file.
 */
export function parseSettings(text: string | null, file: string): { settings: Settings; warnings: string[] } {
  if (text === null) return { settings: { ...defaults }, warnings: [] };
  const plain = readPlainYaml({ file, text, hint: restoreHint(file) }, LAYOUT);
  return (plain && readPlainSettings(plain)) ?? readSettings(parseYaml(text, file, { maxBytes: SETTINGS_MAX_BYTES }));
}

function readSettings(file: YamlFile): { settings: Settings; warnings: string[] } {
  const reading: Reading = { file, warnings: [] };
  requireSchema(file);
  const settings = readMap(reading, [], settingsTable, defaults);
  checkModels(reading, settings);
  checkReferences(reading, settings);
  return { settings, warnings: reading.warnings };
}

/** Null where there is something to say: only the careful reader knows on which line. */
function readPlainSettings(file: YamlFile): { settings: Settings; warnings: string[] } | null {
  try {
    const read = readSettings(file);
    return read.warnings.length === 0 ? read : null;
  } catch {
    return null;
  }
}

function checkModels({ file }: Reading, settings: Settings): void {
  const owners = new Map<string, string>();
  for (const [name, { record, tag }] of Object.entries(settings.models)) {
    for (const [key, claim] of [
      ["record", record.toLowerCase()],
      ["tag", formatTag(tag, name, "{version}")],
    ] as const) {
      const owner = owners.get(`${key} ${claim}`);
      if (owner !== undefined) throw problem(file, ["models", name, key], `the model ${owner} has the same ${key}`);
      owners.set(`${key} ${claim}`, name);
    }
  }
}

function checkReferences({ file, warnings }: Reading, settings: Settings): void {
  for (const [name, { requires, min_days }] of Object.entries(settings.stages)) {
    if (requires === null) {
      if (min_days === 0) continue;
      throw problem(file, ["stages", name, "min_days"], "it needs requires: the stage where a version must have run");
    }
    const path = ["stages", name, "requires"];
    if (requires === name) throw problem(file, path, "a stage cannot require itself");
    if (!Object.hasOwn(settings.stages, requires)) throw problem(file, path, `there is no stage ${requires}`);
  }
  const remote = settings.default_remote;
  if (remote !== null && !Object.hasOwn(settings.remotes, remote)) {
    warnings.push(problem(file, ["default_remote"], `there is no remote ${remote}`).message);
  }
}

function entry(name: string, tag: string): { record: string; tag: string } {
  return { record: `${name}.model.yaml`, tag } satisfies ModelSettings;
}

/** The first .mversion.yaml of a repository, with one model. `tag` is the format of its release tags. */
export function initialSettings(name: string, tag: string): string {
  return writeYaml({ schema: numberText("1"), models: { [name]: entry(name, tag) } }, LAYOUT);
}

/** The text with another model in it; comments and everything else stay. Throws MvError invalid-file. */
export function withModel(text: string, name: string, tag: string): string {
  const file = parseYaml(text, ".mversion.yaml", { maxBytes: SETTINGS_MAX_BYTES });
  const models = file.data["models"] ?? {};
  return editYaml(file, { models: { ...(models as object), [name]: entry(name, tag) } }, LAYOUT);
}

/**
 * The text with a remote in it (`remote` null: it is there already), and what else is to change; comments and everything else
 * stay. Throws MvError invalid-file.
 */
export function withRemote(
  text: string,
  name: string,
  remote: RemoteSettings | null,
  also: { id?: string; default_remote?: string } = {},
): string {
  const file = parseYaml(text, ".mversion.yaml", { maxBytes: SETTINGS_MAX_BYTES });
  const remotes = (file.data["remotes"] ?? {}) as ValueMap;
  return editYaml(file, { ...also, ...(remote && { remotes: { ...remotes, [name]: entryOf(remote) } }) }, LAYOUT);
}

function entryOf({ url, endpoint, region, path_style }: RemoteSettings): ValueMap {
  return {
    url,
    ...(endpoint !== null && { endpoint }),
    ...(region !== null && { region }),
    ...(path_style && { path_style }),
  };
}

/** The text without a remote, which is no longer the default either. Throws MvError invalid-file. */
export function withoutRemote(text: string, name: string): string {
  const file = parseYaml(text, ".mversion.yaml", { maxBytes: SETTINGS_MAX_BYTES });
  const { [name]: _, ...remotes } = (file.data["remotes"] ?? {}) as Record<string, Value>;
  const isDefault = file.data["default_remote"] === name;
  const patch: Patch = { remotes: Object.keys(remotes).length > 0 ? remotes : undefined };
  return editYaml(file, isDefault ? { ...patch, default_remote: undefined } : patch, LAYOUT);
}
