// What many commits say of their models, read in three batches however many there are: settings, records, pointers.
import { type Settings, parseSettings } from "../../config/config.ts";
import { isMvError, type MvError } from "../../errors.ts";
import { type Artifact, sameContent } from "../../model/content.ts";
import type { ModelState } from "../../model/overwrite.ts";
import { pointerPath } from "../../model/paths.ts";
import { type Pointer, parsePointer } from "../../model/pointer.ts";
import { type ModelRecord, parseRecord } from "../../model/record.ts";
import { restoreHint } from "../../model/yaml-source.ts";
import { CONFIG_FILE, type Project } from "../project.ts";
import { describesOtherBytes } from "../snapshot.ts";

/** The index as a tree. */
export const INDEX = "";

/** A model as one tree has it. */
export interface ModelTree {
  model: string;
  /** Path of the record. */
  file: string;
  /** The record's text; null where the tree has none. */
  text: string | null;
  /** Null where the tree has no record, or one that cannot be read. */
  record: ModelRecord | null;
  /** The record's artifacts as their pointers in the same tree say; those without a pointer are left out. */
  artifacts: Artifact[];
  /** Number and bytes, for rule 1; null without a readable record. */
  state: ModelState | null;
  /** The record describes other bytes than the pointers. */
  stale: boolean;
}

export interface Problem {
  file: string;
  why: string;
  /** The way out that the reader of the file knows; null where it knows none but an earlier state of the file. */
  hint: string | null;
}

export interface Tree {
  /** A commit, or INDEX. */
  rev: string;
  /** Null where the tree has no settings, or they cannot be read. */
  settings: Settings | null;
  models: ReadonlyMap<string, ModelTree>;
  /** Settings, records and pointers of records that cannot be read. */
  problems: readonly Problem[];
}

export interface Trees {
  /** Reads trees that were not read before. */
  load(revs: readonly string[]): Promise<void>;
  /** A tree that was loaded. */
  at(rev: string): Tree;
}

/** What a parser made of a text, or why it could not. */
type Parsed<T> = { value: T } | Omit<Problem, "file">;

/**
 * Reads trees on demand and keeps them. `known` are models that a tree is asked for even where its settings do not name
 * them, so that taking a model out of the settings hides nothing.
 */
export function createTrees(project: Project, known: Settings["models"]): Trees {
  const trees = new Map<string, Tree>();
  const settings = memoized((text) => parseSettings(text, CONFIG_FILE).settings);
  const records = memoized(parseRecord);
  const pointers = memoized(parsePointer);

  async function load(revs: readonly string[]): Promise<void> {
    const wanted = [...new Set(revs)].filter((rev) => !trees.has(rev));
    if (wanted.length === 0) return;
    const problems = new Map<string, Problem[]>(wanted.map((rev) => [rev, []]));
    const read = await readTexts(project, settingsOf(wanted));
    const parsed = new Map(
      wanted.map((rev, at) => [rev, parse(settings, read[at] ?? null, CONFIG_FILE, problems.get(rev))]),
    );
    const rows = wanted.flatMap((rev) =>
      Object.entries({ ...known, ...parsed.get(rev)?.models }).map(([model, { record }]) => ({
        rev,
        model,
        path: record,
      })),
    );
    const texts = await readTexts(project, rows);
    const found = rows.map((row, at) => {
      const text = texts[at] ?? null;
      return { ...row, text, record: parse(records, text, row.path, problems.get(row.rev)) };
    });
    const specs = found.flatMap(({ rev, record }) =>
      (record?.artifacts ?? []).map((artifact) => ({ rev, path: pointerPath(artifact.path) })),
    );
    const pointerTexts = await readTexts(project, specs);
    const byPlace = new Map<string, Pointer | null>();
    specs.forEach(({ rev, path }, at) => {
      const key = `${rev}:${path}`;
      if (!byPlace.has(key)) byPlace.set(key, parse(pointers, pointerTexts[at] ?? null, path, problems.get(rev)));
    });
    for (const rev of wanted) {
      const models = new Map<string, ModelTree>();
      for (const row of found) {
        if (row.rev !== rev) continue;
        const pointerOf = (path: string): Pointer | null => byPlace.get(`${rev}:${pointerPath(path)}`) ?? null;
        models.set(row.model, modelTree(row.model, row.path, row.text, row.record, pointerOf));
      }
      trees.set(rev, { rev, settings: parsed.get(rev) ?? null, models, problems: problems.get(rev) ?? [] });
    }
  }

  return {
    load,
    at(rev) {
      const tree = trees.get(rev);
      if (!tree) throw new Error(`tree ${rev} was not loaded`);
      return tree;
    },
  };
}

function modelTree(
  model: string,
  file: string,
  text: string | null,
  record: ModelRecord | null,
  pointerOf: (path: string) => Pointer | null,
): ModelTree {
  if (record === null) return { model, file, text, record, artifacts: [], state: null, stale: false };
  const artifacts = record.artifacts.flatMap(({ path }) => {
    const pointer = pointerOf(path);
    return pointer ? [{ path, kind: pointer.kind, sha256: pointer.sha256, size: pointer.size }] : [];
  });
  const state = { version: record.version, artifacts };
  return { model, file, text, record, artifacts, state, stale: describesOtherBytes(record, artifacts) };
}

/** Whether two trees say the same of a model. */
export function sameModel(a: ModelTree | undefined, b: ModelTree | undefined): boolean {
  if (!a || !b) return (a?.text ?? null) === (b?.text ?? null);
  return a.text === b.text && a.artifacts.length === b.artifacts.length && sameContent(a.artifacts, b.artifacts);
}

/** The settings of some commits, as far as they can be read. */
export async function readSettings(project: Project, revs: readonly string[]): Promise<(Settings | null)[]> {
  const parser = memoized((text) => parseSettings(text, CONFIG_FILE).settings);
  return (await readTexts(project, settingsOf(revs))).map((text) => parse(parser, text, CONFIG_FILE, undefined));
}

function settingsOf(revs: readonly string[]): { rev: string; path: string }[] {
  return revs.map((rev) => ({ rev, path: CONFIG_FILE }));
}

async function readTexts(
  project: Project,
  specs: readonly { rev: string; path: string }[],
): Promise<(string | null)[]> {
  if (specs.length === 0) return [];
  const blobs = await project.git.readPaths(specs);
  return blobs.map((blob) => (blob === null ? null : blob.toString("utf8")));
}

/** One text is parsed once: along a history most files stay as they are. */
function memoized<T>(parser: (text: string, file: string) => T): (text: string, file: string) => Parsed<T> {
  const known = new Map<string, Parsed<T>>();
  return (text, file) => {
    const key = `${file}\0${text}`;
    const before = known.get(key);
    if (before) return before;
    const parsed = attempt(() => parser(text, file), file);
    known.set(key, parsed);
    return parsed;
  };
}

function attempt<T>(parser: () => T, file: string): Parsed<T> {
  try {
    return { value: parser() };
  } catch (error) {
    if (isMvError(error)) return whyUnreadable(error, file);
    throw error;
  }
}

/** What a parser's error says of a file that a commit holds. */
export function whyUnreadable({ message, hint }: MvError, file: string): Omit<Problem, "file"> {
  return { why: message, hint: hint === undefined || hint === restoreHint(file) ? null : hint };
}

function parse<T>(
  parser: (text: string, file: string) => Parsed<T>,
  text: string | null,
  file: string,
  problems: Problem[] | undefined,
): T | null {
  if (text === null) return null;
  const parsed = parser(text, file);
  if ("value" in parsed) return parsed.value;
  if (!problems?.some((problem) => problem.file === file)) problems?.push({ file, ...parsed });
  return null;
}
