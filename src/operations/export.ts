// mv export: one release in a format that others read: metadata JSON, a model card, a bill of materials.
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
import { readTextFile } from "../platform/files.ts";
import { cyclonedxText } from "./export/cyclonedx.ts";
import { documentOf, type ExportDocument } from "./export/document.ts";
import { metadataText } from "./export/metadata.ts";
import { modelCard } from "./export/model-card.ts";
import { writeOutput } from "./output-file.ts";
import type { Project } from "./project.ts";
import { readReleasedRecords } from "./released-records.ts";
import { readReleases } from "./releases.ts";
import { readTemplate } from "./templates.ts";
import { findVersion } from "./versions.ts";

export const EXPORT_FORMATS = ["json", "model-card", "cyclonedx"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const CARD = "model-card.md";
const TEMPLATE_MAX_BYTES = 1 << 20;

export interface ExportInput {
  version: string;
  model?: string | undefined;
  format: ExportFormat;
  /** A team's own template of a model card, from the current folder. */
  template?: string | undefined;
  /** Where the text is written, from the current folder; nowhere without. */
  file?: string | undefined;
}

export interface ExportResult {
  model: string;
  version: string;
  tag: string;
  format: ExportFormat;
  file: string | null;
  /** The whole document, with a final newline. The same for the same tags on every machine. */
  text: string;
}

/** Fails with unknown-version (also for what is no release), release-differs, usage (a template) or would-lose. */
export async function exportVersion(project: Project, input: ExportInput): Promise<ExportResult> {
  if (input.template !== undefined && input.format !== "model-card") {
    throw new MvError("usage", `--template: ${input.format} has no template`, { hint: "--format model-card" });
  }
  const document = await readDocument(project, input);
  const text = await textOf(project, document, input);
  if (input.file !== undefined) await writeOutput(project, input.file, text);
  const { model, version, tag } = document.release;
  return { model, version, tag, format: input.format, file: input.file ?? null, text };
}

async function readDocument(project: Project, input: ExportInput): Promise<ExportDocument> {
  const releases = await readReleases(project);
  const { release, name } = await findVersion(project, releases, input.version, input.model);
  if (!release) {
    throw new MvError("unknown-version", `${name} is not a release: only a tag says what belongs to it`, {
      hint: "mv log",
      details: { version: input.version },
    });
  }
  const record = (await readReleasedRecords(project, [release])).get(release.oid);
  if (!record) {
    throw new MvError("release-differs", `${name}: its commit has no record that its tag sealed`, {
      hint: `mv verify ${release.tag}`,
    });
  }
  return documentOf({ release, record, retraction: releases.isRetracted(release) ?? null });
}

async function textOf(project: Project, document: ExportDocument, input: ExportInput): Promise<string> {
  if (input.format === "json") return metadataText(document);
  if (input.format === "cyclonedx") return cyclonedxText(document);
  if (input.template === undefined) return modelCard(document, await readTemplate(CARD), `templates/${CARD}`);
  const template = await readTextFile(resolve(project.cwd, input.template), TEMPLATE_MAX_BYTES);
  if (template !== null) return modelCard(document, template, input.template);
  throw new MvError("usage", `--template ${input.template}: there is no such file`, {
    hint: "mv export --help says how to begin one",
  });
}
