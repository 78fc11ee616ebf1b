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

function file(project: Project): string {
  return join(project.stateDir, "local-tags.json");
}

export async function rememberedTags(project: Project): Promise<RememberedTag[]> {
  try {
    const text = await readTextFile(file(project), MAX_BYTES);
    return text === null ? [] : (JSON.parse(text) as { tags: RememberedTag[] }).tags;
  } catch {
    return [];
  }
}

export async function rememberTag(
  project: Project,
  made: { tag: string; oid: string; model: string; version: string },
  before: ModelRecord,
): Promise<void> {
  const reason = before.fields["reason"];
  const others = (await rememberedTags(project)).filter((item) => item.tag !== made.tag);
  const entry: RememberedTag = {
    tag: made.tag,
    oid: made.oid,
    model: made.model,
    version: made.version,
    before: { version: before.version, reason: typeof reason === "string" ? reason : null },
  };
  await save(project, [...others, entry]);
}

/** Forgets tags that were taken back, or that a remote has now. */
export async function forgetTags(project: Project, names: readonly string[]): Promise<void> {
  const tags = await rememberedTags(project);
  const left = tags.filter((item) => !names.includes(item.tag));
  if (left.length < tags.length) await save(project, left);
}

async function save(project: Project, tags: readonly RememberedTag[]): Promise<void> {
  await writeFileAtomic(file(project), JSON.stringify({ schema: 1, tags }));
}
