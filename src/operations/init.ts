// mv init: settings, attributes and hooks in a repository; nothing that mversion did not write is overwritten.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { initialSettings, parseSettings, withModel } from "../config/config.ts";
import { MvError } from "../errors.ts";
import { type Git, initRepository, openGit } from "../git/git.ts";
import { checkModelName } from "../model/version.ts";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import { type HooksResult, installHooks } from "./hooks/install.ts";
import { CONFIG_FILE, type Surroundings } from "./project.ts";

const MAX_BYTES = 1 << 20;

const ATTRIBUTES = [
  `${CONFIG_FILE} text eol=lf`,
  "*.mv.yaml text eol=lf -merge",
  "*.model.yaml text eol=lf -merge",
  "*.features.yaml text eol=lf",
];

export interface InitInput {
  model?: string | undefined;
  /** What stands before the number in this model's release tags: "v", "churn@v". */
  tagPrefix?: string | undefined;
  /** Run `git init` where there is no repository. */
  createRepository: boolean;
  hooks: boolean;
  /** The program that the hooks call. */
  program: string;
}

export interface InitResult {
  root: string;
  createdRepository: boolean;
  /** The model that was added; null where everything was there already. */
  model: string | null;
  tag: string | null;
  models: string[];
  /** Files written and staged. */
  written: string[];
  hooks: HooksResult | null;
}

/** Sets a repository up, or completes what is missing. Safe to repeat. */
export async function init(around: Surroundings, input: InitInput): Promise<InitResult> {
  const { git, created } = await repository(around, input.createRepository);
  if (git.bare) {
    throw new MvError(
      "no-repository",
      `${git.gitDir} is a bare repository: there is no working tree to keep models in`,
      {
        hint: "git clone it and run mv init in the clone",
      },
    );
  }
  const text = await readTextFile(join(git.root, CONFIG_FILE), MAX_BYTES);
  const before = parseSettings(text, CONFIG_FILE).settings;
  const known = Object.keys(before.models);
  if (input.model === undefined && known.length === 0) {
    throw new MvError("usage", "The model needs a name", { hint: "mv init --model NAME" });
  }
  const written: string[] = [];
  let tag: string | null = null;
  const adds = input.model !== undefined && !known.includes(input.model) ? input.model : null;
  if (adds !== null) {
    const why = checkModelName(adds);
    if (why !== null) throw new MvError("usage", `--model ${adds}: ${why}`, { hint: "mv init --model churn" });
    tag = await tagFormat(git, known.length, input.tagPrefix);
    const next = text === null ? initialSettings(adds, tag) : withModel(text, adds, tag);
    await writeFileAtomic(join(git.root, CONFIG_FILE), next, { durable: true });
    written.push(CONFIG_FILE);
  }
  if (await completeAttributes(git.root)) written.push(".gitattributes");
  if (written.length > 0) await git.stage(written);
  return {
    root: git.root,
    createdRepository: created,
    model: adds,
    tag,
    models: adds === null ? known : [...known, adds],
    written,
    hooks: input.hooks ? await installHooks({ git, program: input.program, env: around.env }) : null,
  };
}

async function repository(around: Surroundings, create: boolean): Promise<{ git: Git; created: boolean }> {
  try {
    return { git: await openGit(around.cwd), created: false };
  } catch (error) {
    if (!(error instanceof MvError) || error.code !== "no-repository") throw error;
    if (!create) {
      throw new MvError("no-repository", `${around.cwd} is not in a Git repository`, {
        hint: "git init && mv init --model NAME",
      });
    }
    await initRepository(around.cwd);
    return { git: await openGit(around.cwd), created: true };
  }
}

// Readers of other tools know only model@v1.2.0; the short form is for a repository's first model, where no tag clashes.
async function tagFormat(git: Git, others: number, prefix: string | undefined): Promise<string> {
  if (prefix !== undefined) {
    if (!/^[\w.@/-]*$/.test(prefix) || prefix.startsWith("-") || prefix.includes("..")) {
      throw new MvError("usage", `--tag-prefix ${prefix}: letters, digits, and . _ @ / - make a tag`, {
        hint: "--tag-prefix churn@v",
      });
    }
    return `${prefix}{version}`;
  }
  const foreign = (await git.tags()).some((tag) => /^v\d/.test(tag.name));
  return others === 0 && !foreign ? "v{version}" : "{model}@v{version}";
}

async function completeAttributes(root: string): Promise<boolean> {
  const file = join(root, ".gitattributes");
  const text = (await readTextFile(file, MAX_BYTES)) ?? "";
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const lines = ATTRIBUTES.filter((line) => !present.has(line));
  if (lines.length === 0) return false;
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  await writeFileAtomic(file, `${start}${lines.join("\n")}\n`);
  return true;
}

/** A name to propose for the model: that of the folder. */
export async function proposedName(cwd: string): Promise<string> {
  const name = cwd.split("/").at(-1) ?? "model";
  const clean = name.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  await readdir(cwd);
  return checkModelName(clean) === null ? clean : "model";
}
