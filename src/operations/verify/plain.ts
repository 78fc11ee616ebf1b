// Plain tags where ours would be: nobody made them, they say nothing, and no seal can tell what they were.
import { readEventName } from "../../model/events.ts";
import { formatRetractionTag } from "../../model/release.ts";
import { parseTag } from "../../model/version.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";

/** Tags that the warning names before it counts the rest. */
const MOST_NAMES = 5;

/** Warns of plain tags that are called as a release or an event of these models is. */
export function warnOfPlain(project: Project, releases: Releases, models: ReadonlySet<string>): void {
  const plain = releases.tags.filter(({ name, type }) => type !== "tag" && isOurName(project, models, name));
  if (plain.length === 0) return;
  const names = plain.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = plain.length > MOST_NAMES ? ` and ${plain.length - MOST_NAMES} more` : "";
  const are = plain.length === 1 ? "is a plain tag" : "are plain tags";
  project.warn(`${names.join(", ")}${more} ${are} here, and so nothing of mversion's: git fetch --force --tags`);
}

/** By its name: what a release, a retraction or an event of these models could be called. */
export function isOurName({ settings }: Project, models: ReadonlySet<string>, tag: string): boolean {
  const event = readEventName(tag);
  if (event !== null) return models.has(event.model);
  const release = tag.endsWith(formatRetractionTag("")) ? tag.slice(0, -formatRetractionTag("").length) : tag;
  return Object.entries(settings.models).some(
    ([model, { tag: format }]) => models.has(model) && parseTag(format, model, release) !== null,
  );
}
