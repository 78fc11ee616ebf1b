// A model's entry in .mversion.yaml: its name, its record and the format of its release tags.
import { join } from "node:path";
import { initialSettings, parseSettings, withModel } from "../../config/config.ts";
import type { ModelSettings } from "../../config/settings.ts";
import { checkTagFormat } from "../../config/tag-format.ts";
import { isMvError, MvError } from "../../errors.ts";
import type { Git } from "../../git/git.ts";
import { parseRecord, RECORD_MAX_BYTES } from "../../model/record.ts";
import { checkModelName, formatTag } from "../../model/version.ts";
import { readTextFile } from "../../platform/files.ts";
import { CONFIG_FILE } from "../project.ts";

export interface ModelInput {
  name: string;
  tagPrefix: string | undefined;
  /** The settings file's text; null where there is none. */
  text: string | null;
  models: Readonly<Record<string, ModelSettings>>;
}

/** The settings' text with the model in it, checked. Fails with usage, or with exists where the record's name is taken. */
export async function addModel(git: Git, input: ModelInput): Promise<{ text: string; tag: string }> {
  const { name, models, text: before } = input;
  const why = checkModelName(name);
  if (why !== null) throw new MvError("usage", `--model ${name}: ${why}`, { hint: "mv init --model churn" });
  const twin = Object.keys(models).find((other) => other.toLowerCase() === name.toLowerCase());
  if (twin !== undefined) {
    throw new MvError("usage", `--model ${name}: its record would be that of ${twin} where case does not count`, {
      hint: "mv init --model ANOTHER-NAME",
    });
  }
  const tag = await tagFormat(git, input);
  const text = before === null ? initialSettings(name, tag) : withModel(before, name, tag);
  const record = parseSettings(text, CONFIG_FILE).settings.models[name]?.record ?? "";
  await requireFree(git, name, record);
  return { text, tag };
}

/** A settings file that was there before keeps its tag format: another prefix would rename releases. */
export function requireSamePrefix(name: string, models: ModelInput["models"], prefix: string | undefined): void {
  const tag = models[name]?.tag;
  if (prefix === undefined || tag === undefined || tag === `${prefix}{version}`) return;
  throw new MvError("usage", `--tag-prefix ${prefix}: ${name} is there already, released as ${tag}`, {
    hint: `change models.${name}.tag in ${CONFIG_FILE} before its first release`,
  });
}

// Readers of other tools know only model@v1.2.0; the short form is for a repository's first model, where no tag clashes.
async function tagFormat(git: Git, { name, models, tagPrefix }: ModelInput): Promise<string> {
  if (tagPrefix === undefined) {
    const isFirst = Object.keys(models).length === 0;
    return isFirst && !(await git.tags()).some((tag) => /^v\d/.test(tag.name)) ? "v{version}" : "{model}@v{version}";
  }
  const format = `${tagPrefix}{version}`;
  const why = checkTagFormat(format);
  if (why !== null) throw new MvError("usage", `--tag-prefix ${tagPrefix}: ${why}`, { hint: `--tag-prefix ${name}@v` });
  const example = formatTag(format, name, "1.0.0");
  const other = Object.keys(models).find((model) => formatTag(models[model]?.tag ?? "", model, "1.0.0") === example);
  if (other !== undefined) {
    throw new MvError("usage", `--tag-prefix ${tagPrefix}: ${example} is a release of ${other}`, {
      hint: `--tag-prefix ${name}@v`,
    });
  }
  return format;
}

/** A record of this very model may be there: from another branch, or from before the settings were lost. */
async function requireFree(git: Git, name: string, record: string): Promise<void> {
  const taken = (why: string): MvError =>
    new MvError("exists", `${record} is there already and ${why}`, {
      hint: "mv init --model ANOTHER-NAME",
      details: { path: record },
    });
  try {
    const text = await readTextFile(join(git.root, record), RECORD_MAX_BYTES);
    if (text === null) return;
    const owner = parseRecord(text, record).model_name;
    if (owner !== name) throw taken(`is the record of ${owner}`);
  } catch (error) {
    if (isMvError(error) && error.code === "invalid-file") throw taken("is not a record of mversion");
    throw error;
  }
}
