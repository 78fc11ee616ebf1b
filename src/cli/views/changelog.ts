// The changelog of models as Markdown, in the manner of https://keepachangelog.com.
import { markdownLine, markdownParagraph } from "../../model/markdown.ts";
import type { ChangelogEntry, ChangelogResult } from "../../operations/changelog.ts";
import { printable } from "../terminal.ts";

type Row = NonNullable<ChangelogEntry["changes"]>[number];

export function changelogView({ models, incomplete, first }: ChangelogResult): { out: string; notes: string[] } {
  const notes = incomplete === null ? [] : [`This clone may lack releases. Next: ${printable(incomplete)}`];
  if (models.length === 0)
    return { out: "", notes: [...notes, `No release yet. Next: ${printable(first ?? "mv status")}`] };
  return { out: models.map(modelPart).join("\n\n"), notes };
}

function modelPart({ model, entries }: ChangelogResult["models"][number]): string {
  return [`# Changelog of ${markdownLine(model)}`, ...entries.map(entryPart)].join("\n\n");
}

function entryPart({ version, date, reason, changes, retracted, previous }: ChangelogEntry): string {
  const mark = retracted === null ? "" : " [RETRACTED]";
  return [
    `## ${markdownLine(version)} - ${date}${mark}`,
    ...(retracted === null ? [] : [`**Retracted ${retracted.date}:** ${markdownParagraph(retracted.reason.trim())}`]),
    ...[markdownParagraph(reason.trim())].filter(Boolean),
    ...(changes === null
      ? [`What changed against ${markdownLine(previous ?? "nothing")} is not known here.`]
      : [
          ...kindPart(
            "Added",
            changes,
            ({ from }) => from === null,
            ({ to }) => to,
          ),
          ...kindPart("Changed", changes, ({ from, to }) => from !== null && to !== null, changed),
          ...kindPart(
            "Removed",
            changes,
            ({ to }) => to === null,
            ({ from }) => from,
          ),
        ]),
  ].join("\n\n");
}

/** A heading and an item for each section; nothing where no row is of the kind. */
function kindPart(
  heading: string,
  rows: readonly Row[],
  isOf: (row: Row) => boolean,
  words: (row: Row) => string | null,
): string[] {
  const items = new Map<string, string[]>();
  for (const row of rows.filter(isOf)) {
    const said = [row.thing, words(row) ?? ""].filter(Boolean).join(" ");
    items.set(row.section, [...(items.get(row.section) ?? []), said]);
  }
  if (items.size === 0) return [];
  const lines = [...items].map(([section, things]) => `- ${markdownLine(`${section}: ${things.join(", ")}`)}`);
  return [`### ${heading}`, lines.join("\n")];
}

function changed({ from, to, note }: Row): string {
  const step = from === to ? (to ?? "") : `${from} -> ${to}`;
  return [step, ...(note === undefined ? [] : [note])].filter(Boolean).join(", ");
}
