// The model card: what the places of templates/model-card.md stand for. Everything from a record or a tag is put in as text.
import type { Card, Measure } from "../../model/card.ts";
import { oneText } from "../../model/card.ts";
import type { Artifact } from "../../model/content.ts";
import { markdownLine, markdownList, markdownParagraph, markdownTable } from "../../model/markdown.ts";
import type { Value } from "../../model/value.ts";
import { isMap } from "../../model/value.ts";
import { fillTemplate } from "./card-template.ts";
import type { ExportDocument } from "./document.ts";
import { frontMatter } from "./front-matter.ts";

/** The card of a release. `file` names the template in an error. Fails with usage where the template is not well formed. */
export function modelCard(document: ExportDocument, template: string, file: string): string {
  const places = placesOf(document);
  const lookup = (name: string): string | undefined => {
    if (Object.hasOwn(places, name)) return places[name];
    return name.startsWith("fields.") ? markdownParagraph(fieldAt(document, name) ?? "") : undefined;
  };
  return fillTemplate(template, file, lookup, Object.keys(places));
}

function placesOf(document: ExportDocument): Readonly<Record<string, string>> {
  const { release, record, retraction, card } = document;
  const { fields } = record;
  const line = (text: string | null): string => markdownLine(text ?? "");
  return {
    front_matter: frontMatter(document),
    model: line(release.model),
    version: line(release.version),
    tag: line(release.tag),
    tag_oid: release.oid,
    commit: release.commit,
    content: line(release.content),
    date: document.timestamp.slice(0, 10),
    released_by: line(`${release.tagger.name} <${release.tagger.email}>`),
    bump: line(release.bump),
    previous: line(release.previous?.version ?? null),
    reason: markdownParagraph(release.reason.trim()),
    retracted: markdownParagraph(retraction?.reason.trim() ?? ""),
    description: markdownParagraph(card.description ?? ""),
    ...paragraphs(card),
    training_date: line(oneText(fields["training_date"])),
    dataset_snapshot: line(oneText(fields["dataset_snapshot_id"])),
    feature_set_version: line(oneText(fields["feature_set_version"])),
    artifacts: artifactTable(release.artifacts),
    datasets: artifactTable(release.datasets),
    training_source: line(card.training_data.source),
    training_split: line(card.training_data.split),
    features: markdownList(document.features),
    hyperparameters: pairs("hyperparameter", document.hyperparameters),
    libraries: pairs("library", document.libraries),
    environment: pairs("environment", document.environment),
    metrics: measureTable(card.measures),
    outputs: card.outputs.length === 0 ? "" : outputTable(card),
    thresholds: pairs("threshold", card.thresholds),
  };
}

/** The parts of the card that are a text or a list. */
function paragraphs(card: Card): Record<string, string> {
  const { evaluation, validation } = card;
  const line = (text: string | null): string => markdownLine(text ?? "");
  return {
    purpose: markdownList(card.purpose),
    users: markdownList(card.users),
    restrictions: markdownList(card.restrictions),
    limits: markdownList(card.limits),
    fairness: markdownList(card.fairness),
    sensitive_data: line(card.sensitive_data),
    owner: line(card.owner),
    license: line(card.license),
    base_model: line(card.base_model),
    task: line(card.task),
    status: line(card.status),
    retention: line(card.retention),
    architecture: line(card.architecture),
    evaluation_data: line(evaluation.data),
    evaluation_report: line(evaluation.report),
    evaluation_date: line(evaluation.date),
    validated_by: line(validation.by),
    validation_date: line(validation.date),
    next_validation: line(validation.next),
    expires: line(validation.expires),
  };
}

function pairs(head: string, rows: readonly { name: string; value: string }[]): string {
  return rows.length === 0
    ? ""
    : markdownTable(
        [head, "value"],
        rows.map(({ name, value }) => [name, value]),
      );
}

function artifactTable(artifacts: readonly Artifact[]): string {
  if (artifacts.length === 0) return "";
  const rows = artifacts.map(({ path, kind, sha256, size }) => [path, kind, String(size), sha256]);
  return markdownTable(["path", "kind", "bytes", "SHA-256"], rows);
}

function measureTable(measures: readonly Measure[]): string {
  if (measures.length === 0) return "";
  const rows = measures.map(({ metric, value, slice, interval }) => [
    metric,
    slice ?? "all",
    value,
    interval === null ? "" : `${interval.low} to ${interval.high}`,
  ]);
  return markdownTable(["metric", "data", "value", "confidence interval"], rows);
}

function outputTable({ outputs }: Card): string {
  return markdownTable(
    ["output", "meaning"],
    outputs.map(({ name, meaning }) => [name, meaning]),
  );
}

function fieldAt({ record }: ExportDocument, name: string): string | null {
  let value: Value | undefined = record.fields;
  for (const key of name.split(".").slice(1))
    value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return oneText(value);
}
