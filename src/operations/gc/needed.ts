// Which objects a repository may still need: whatever its pointers and records, of any time, name.
import { reachableTexts } from "../../git/reachable.ts";
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
}

/** Reads all states of a repository, its other working trees too. `records`: paths of records that have names of their own. */
export async function neededBy(git: Git, records: readonly string[]): Promise<NeededBytes> {
  const named = records.filter((path) => !/[*?[\\]/.test(path) && !path.endsWith(".model.yaml"));
  const needed: NeededBytes = { shas: new Set(), folders: new Set() };
  for (const text of await reachableTexts(git, [...GLOBS, ...named], TEXT_MAX_BYTES)) collect(text, needed);
  return needed;
}

function collect(text: string, { shas, folders }: NeededBytes): void {
  const found = (text.match(/\b[0-9a-f]{64}\b/g) ?? []) as string[];
  for (const sha of found) shas.add(sha);
  if (/^kind: *"?directory/m.test(text)) for (const sha of found) folders.add(sha);
}
