// What the working tree declares and no release has.
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import { sameContent } from "../../model/content.ts";
import { parseRecord } from "../../model/record.ts";
import { readTextFile } from "../../platform/files.ts";
import type { Project } from "../project.ts";
import { readReleases } from "../releases.ts";
import { RECORD_MAX_BYTES } from "../snapshot.ts";

export interface Unreleased {
  model: string;
  version: string;
  /** declared: the number is not released. changed: it is, but the record has other bytes now. */
  state: "declared" | "changed";
}

/** Looks at the records on disk; one that cannot be read is a warning, as the history can be read all the same. */
export async function unreleased(
  project: Project,
  releases: readonly { model: string; version: string; content: string }[],
  models: readonly string[],
): Promise<Unreleased[]> {
  const found: Unreleased[] = [];
  for (const model of models) {
    const file = project.settings.models[model]?.record ?? "";
    const text = await readTextFile(join(project.root, file), RECORD_MAX_BYTES);
    if (text === null || isReleased(releases, model, text)) continue;
    try {
      const { version, artifacts } = parseRecord(text, file);
      const release = (await readReleases(project)).find(model, version);
      if (!release) found.push({ model, version, state: "declared" });
      else if (!sameContent(release.artifacts, artifacts)) found.push({ model, version, state: "changed" });
    } catch (error) {
      if (!(error instanceof MvError)) throw error;
      project.warn(`${error.message}: ${error.hint ?? `git restore :/${file}`}`);
    }
  }
  return found;
}

/** Mostly the tree is that of the last release: two lines tell, and the YAML need not be read. */
function isReleased(
  releases: readonly { model: string; version: string; content: string }[],
  model: string,
  text: string,
): boolean {
  const [, version] = /^version: *["']?([^\s"'#]+)/m.exec(text) ?? [];
  const [, content] = /^content: *["']?(sha256:[0-9a-f]{64})["']?\s*$/m.exec(text) ?? [];
  return releases.some(
    (release) => release.model === model && release.version === version && release.content === content,
  );
}
