// mv init: settings, attributes and hooks in a repository; nothing that mversion did not write is overwritten.
import { join } from "node:path";
import { parseSettings } from "../config/config.ts";
import { isMvError, MvError } from "../errors.ts";
import { type Git, initRepository, openGit } from "../git/git.ts";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import { type HooksResult, installHooks } from "./hooks/install.ts";
import { ATTRIBUTES_FILE, completeAttributes } from "./init/attributes.ts";
import { addModel, requireSamePrefix } from "./init/model.ts";
import { findRepository } from "./init/repository.ts";
import { CONFIG_FILE, neverHintAtHooks, type Surroundings, requireWorkingTree } from "./project.ts";

const MAX_BYTES = 1 << 20;

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
  /** The format of its release tags. */
  tag: string | null;
  models: string[];
  /** Files written and staged. */
  written: string[];
  /** Null where they were left out, or could not be installed. */
  hooks: HooksResult | null;
  /** Why the hooks could not be installed, and the way out. */
  hooksBlocked: { message: string; hint: string | null } | null;
}

/** Sets a repository up, or completes what is missing. Safe to repeat. */
export async function init(around: Surroundings, input: InitInput): Promise<InitResult> {
  const found = await findRepository(around.cwd);
  if (found === null) requireConsent(around, input);
  const git = requireWorkingTree(found ?? (await created(around.cwd)));
  const file = join(git.root, CONFIG_FILE);
  const text = await readTextFile(file, MAX_BYTES);
  const { models } = parseSettings(text, CONFIG_FILE).settings;
  const known = Object.keys(models);
  const name = input.model ?? known[0];
  if (name === undefined) throw noName();
  const adds = known.includes(name) ? null : await addModel(git, { name, tagPrefix: input.tagPrefix, text, models });
  if (adds === null) requireSamePrefix(name, models, input.tagPrefix);
  else await writeFileAtomic(file, adds.text, { durable: true });
  const attributes = await completeAttributes(git);
  if (attributes.warning !== null) around.warn?.(attributes.warning);
  const isTracked = (await git.trackedUnder([CONFIG_FILE])).length > 0;
  const written = [
    ...(adds !== null || !isTracked ? [CONFIG_FILE] : []),
    ...(attributes.changed ? [ATTRIBUTES_FILE] : []),
  ];
  if (written.length > 0) await git.stage(written);
  if (!input.hooks) await neverHintAtHooks(git);
  return {
    root: git.root,
    createdRepository: found === null,
    model: adds === null ? null : name,
    tag: adds?.tag ?? null,
    models: adds === null ? known : [...known, name],
    written,
    ...(input.hooks ? await withHooks(git, around, input.program) : { hooks: null, hooksBlocked: null }),
  };
}

function requireConsent(around: Surroundings, input: InitInput): void {
  if (!input.createRepository) {
    throw new MvError("no-repository", `${around.cwd} is not in a Git repository`, {
      hint: `git init && mv init --model ${input.model ?? "NAME"}`,
    });
  }
  // Before a repository is made that nothing would be put into.
  if (input.model === undefined) throw noName();
}

function noName(): MvError {
  return new MvError("usage", "The model needs a name", { hint: "mv init --model NAME" });
}

async function created(cwd: string): Promise<Git> {
  await initRepository(cwd);
  return openGit(cwd);
}

// Settings are of use without hooks: where they cannot be installed the rest is done, and the user told.
async function withHooks(
  git: Git,
  { env }: Surroundings,
  program: string,
): Promise<Pick<InitResult, "hooks" | "hooksBlocked">> {
  try {
    return { hooks: await installHooks({ git, program, env }), hooksBlocked: null };
  } catch (error) {
    if (!isMvError(error) || error.code !== "hooks-blocked") throw error;
    return { hooks: null, hooksBlocked: { message: error.message, hint: error.hint ?? null } };
  }
}
