// The machine-learning bill of materials of a release: CycloneDX 1.6 JSON, the same bytes for the same tags on every machine.
// Format: https://cyclonedx.org/docs/1.6/json/ (component type machine-learning-model, modelCard).
import { artifactComponents, dataComponents, libraryComponents, type Properties, properties } from "./components.ts";
import type { ExportDocument } from "./document.ts";
import { spdxId } from "./licenses.ts";
import { cyclonedxCard } from "./cyclonedx-card.ts";

/** JSON with a final newline. The document's `version` is 2 once the release is retracted, as its text is another then. */
export function cyclonedxText(document: ExportDocument): string {
  const { release, retraction, timestamp } = document;
  const model = modelComponent(document);
  const parts = [...artifactComponents(document), ...dataComponents(document), ...libraryComponents(document)];
  const bom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(release.oid)}`,
    version: retraction === null ? 1 : 2,
    metadata: { timestamp, tools: { components: [{ type: "application", name: "mversion" }] }, component: model },
    components: parts,
    dependencies: [
      { ref: model["bom-ref"], dependsOn: parts.map((part) => part["bom-ref"]) },
      ...parts.map((part) => ({ ref: part["bom-ref"] })),
    ],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function modelComponent(document: ExportDocument): { "bom-ref": string } & Record<string, unknown> {
  const { release, card, timestamp } = document;
  const { artifacts } = release;
  const [only] = artifacts;
  const isOneFile = artifacts.length === 1 && only?.kind === "file";
  const description = card.description ?? undefined;
  return {
    type: "machine-learning-model",
    "bom-ref": `${release.model}@${release.version}`,
    ...(card.owner === null ? {} : { supplier: { name: card.owner } }),
    name: release.model,
    version: release.version,
    ...(description === undefined ? {} : { description }),
    ...(isOneFile ? { hashes: [{ alg: "SHA-256", content: only.sha256 }] } : {}),
    ...(card.license === null ? {} : { licenses: [{ license: licenseOf(card.license) }] }),
    pedigree: pedigreeOf(document),
    releaseNotes: {
      type: release.bump,
      title: `${release.model} ${release.version}`,
      timestamp,
      notes: [{ text: { contentType: "text/plain", content: release.reason } }],
    },
    modelCard: cyclonedxCard(document),
    properties: properties(sealedFacts(document)),
  };
}

function licenseOf(license: string): { id: string } | { name: string } {
  const id = spdxId(license);
  return id === null ? { name: license } : { id };
}

function pedigreeOf({ release, card }: ExportDocument): object {
  const ancestors = [
    ...(release.previous ? [{ name: release.model, version: release.previous.version }] : []),
    ...(card.base_model === null || card.base_model === "none" ? [] : [{ name: card.base_model }]),
  ].map((ancestor) => ({ type: "machine-learning-model", ...ancestor }));
  return { ...(ancestors.length > 0 ? { ancestors } : {}), commits: [{ uid: release.commit }] };
}

function sealedFacts({ release, retraction, record, card, environment }: ExportDocument): Properties {
  const { tagger } = release;
  const trained = record.fields["training_date"];
  return [
    ["tag", release.tag],
    ["tag_oid", release.oid],
    ["commit", release.commit],
    ["released_by", `${tagger.name} <${tagger.email}>`],
    ["signed", String(release.signed)],
    ["content", release.content],
    ["record_sha256", release.record.sha256],
    ["dataset_snapshot_id", release.dataset_snapshot_id],
    ["feature_set_version", release.feature_set_version],
    ["training_date", typeof trained === "string" ? trained : null],
    ["status", card.status],
    ["retention", card.retention],
    ["retracted", retraction?.reason.trim() ?? null],
    ...environment.map(({ name, value }): Properties[number] => [`environment.${name}`, value]),
  ];
}

/** A UUID (version 8 of RFC 9562: its bits are ours to choose) made of a tag's oid. */
function uuidOf(oid: string): string {
  const hex = `${oid.slice(0, 12)}8${oid.slice(13, 16)}8${oid.slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
