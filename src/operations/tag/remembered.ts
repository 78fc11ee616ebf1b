// What this clone remembers of the tags it made: which record a release replaced (for untag), and that nobody else may
// have the tag yet (for status). Lost with the clone; nothing depends on it for being right.
import { join } from "node:path";
import type { ModelRecord } from "../../model/record.ts";
import { readTextFile, writeFileAtomic } from "../../platform/files.ts";
import type { Project } from "../project.ts";

const MAX_BYTES = 1 << 24;

export interface RememberedTag {
  tag: string;
  oid: string;
  model: string;
  version: string;
  /** Version and reason of the record before the release. */
  before: { version: string; reason: string | null };
}

/** A release that is being made, or whose making was killed: a second run knows the record before it from here. */
type OpenTag = Omit<RememberedTag, "oid">;

interface Memory {
  tags: RememberedTag[];
  open: OpenTag[];
}

function file(project: Project): string {
  return join(project.stateDir, "local-tags.json");
}

async function read(project: Project): Promise<Memory> {
  try {
    const text = await readTextFile(file(project), MAX_BYTES);
    const { tags = [], open = [] } = text === null ? {} : (JSON.parse(text) as Partial<Memory>);
    return { tags, open };
  } catch {
    return { tags: [], open: [] };
  }
}

export async function rememberedTags(project: Project): Promise<RememberedTag[]> {
  return (await read(project)).tags;
}

/** Writes down what the records say before releases; what a killed run wrote down for the same version stands. */
export async function rememberBefore(
  project: Project,
  planned: readonly { tagName: string; model: string; version: string; record: ModelRecord }[],
): Promise<void> {
  const { tags, open } = await read(project);
  const entries = planned.map(({ tagName, model, version, record }): OpenTag => {
    const earlier = open.find((item) => item.tag === tagName && item.version === version);
    if (earlier && record.version === version) return earlier;
    const reason = record.fields["reason"];
    const before = { version: record.version, reason: typeof reason === "string" ? reason : null };
    return { tag: tagName, model, version, before };
  });
  await save(project, { tags, open: [...without(open, entries), ...entries] });
}

/** The releases are made. */
export async function rememberMade(project: Project, made: readonly { tag: string; oid: string }[]): Promise<void> {
  const { tags, open } = await read(project);
  const entries = open.flatMap((item) => {
    const oid = made.find(({ tag }) => tag === item.tag)?.oid;
    return oid === undefined ? [] : [{ ...item, oid }];
  });
  await save(project, { tags: [...without(tags, entries), ...entries], open: without(open, entries) });
}

/** Forgets tags that were taken back, or that a remote has now, or that were not made after all. */
export async function forgetTags(project: Project, names: readonly string[]): Promise<void> {
  const { tags, open } = await read(project);
  const gone = names.map((tag) => ({ tag }));
  const left = { tags: without(tags, gone), open: without(open, gone) };
  if (left.tags.length + left.open.length < tags.length + open.length) await save(project, left);
}

function without<T extends { tag: string }>(items: readonly T[], gone: readonly { tag: string }[]): T[] {
  return items.filter((item) => !gone.some(({ tag }) => tag === item.tag));
}

async function save(project: Project, { tags, open }: Memory): Promise<void> {
  try {
    await writeFileAtomic(file(project), JSON.stringify({ schema: 1, tags, open }));
  } catch {
    // A release does not fail for it: untag then reads the commit before.
  }
}
