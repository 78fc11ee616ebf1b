// Which objects a repository may still need: whatever its pointers and records, of any time, name.
import { publishedTexts, reachableTexts } from "../../git/reachable.ts";
import type { Git } from "../../git/git.ts";
import { POINTER_SUFFIX } from "../../model/paths.ts";

const GLOBS = [`**/*${POINTER_SUFFIX}`, "**/*.model.yaml"];
/** Far above any pointer or record that a reader accepts. */
const TEXT_MAX_BYTES = 1 << 24;

export interface NeededBytes {
  /** Everything that looks like a SHA-256 in them: one too many is no harm. */
  shas: Set<string>;
  /** Those of pointers to folders: manifests, whose files are needed too. */
  folders: Set<string>;
  /** Those that records call folders: so may be some files, and some are in no pointer. */
  listed: Set<string>;
}

/** Reads all states of a repository, its other working trees too. `records`: paths of records that have names of their own. */
export async function neededBy(git: Git, records: readonly string[]): Promise<NeededBytes> {
  return collectAll(await reachableTexts(git, globsWith(records), TEXT_MAX_BYTES));
}

/** The same of what others can have from a Git remote, so that a gc of a store keeps it. `ownTags`: tags that no remote has yet. */
export async function publishedBy(
  git: Git,
  records: readonly string[],
  ownTags: readonly string[],
): Promise<NeededBytes> {
  return collectAll(await publishedTexts(git, globsWith(records), ownTags));
}

function globsWith(records: readonly string[]): string[] {
  return [...GLOBS, ...records.filter((path) => !/[*?[\\]/.test(path) && !path.endsWith(".model.yaml"))];
}

function collectAll(texts: readonly string[]): NeededBytes {
  const needed: NeededBytes = { shas: new Set(), folders: new Set(), listed: new Set() };
  for (const text of texts) collect(text, needed);
  return needed;
}

function collect(text: string, { shas, folders, listed }: NeededBytes): void {
  const found = shasIn(text);
  for (const sha of found) shas.add(sha);
  if (/^kind: *"?directory/m.test(text)) for (const sha of found) folders.add(sha);
  for (const item of text.split(/^\s*- /m).slice(1)) {
    if (/\bkind: *"?directory\b/.test(item)) for (const sha of shasIn(item)) listed.add(sha);
  }
}

function shasIn(text: string): string[] {
  return text.match(/\b[0-9a-f]{64}\b/g) ?? [];
}
