// The YAML front matter of a Hugging Face model card, as its metadata specification has it
// (huggingface/hub-docs, modelcard.md): license, library_name, base_model, metrics, model-index.
import type { Measure } from "../../model/card.ts";
import { looksNumeric, numberText, type Value, type ValueMap } from "../../model/value.ts";
import { writeYaml } from "../../model/yaml-write.ts";
import type { ExportDocument } from "./document.ts";
import { hubLicense, spdxId } from "./licenses.ts";

/** Names of the hub for libraries, the most particular first. */
const LIBRARIES: readonly (readonly [library: string, name: string])[] = [
  ["transformers", "transformers"],
  ["sentence-transformers", "sentence-transformers"],
  ["keras", "keras"],
  ["torch", "pytorch"],
  ["scikit-learn", "sklearn"],
];

/** Lines without the `---` around them, and without a final newline. */
export function frontMatter(document: ExportDocument): string {
  const { card, release } = document;
  const library = LIBRARIES.find(([name]) => document.libraries.some((item) => item.name === name))?.[1];
  const names = [...new Set(card.measures.map(({ metric }) => metric))];
  const results = resultsOf(document);
  return writeYaml({
    ...licenseOf(card.license),
    library_name: library,
    pipeline_tag: card.task ?? undefined,
    base_model: card.base_model === null || card.base_model === "none" ? undefined : oneLine(card.base_model),
    tags: ["mversion"],
    metrics: names.length > 0 ? names : undefined,
    "model-index": results === null ? undefined : [{ name: release.model, results }],
  }).trimEnd();
}

function licenseOf(license: string | null): Record<string, Value | undefined> {
  if (license === null) return {};
  const id = spdxId(license);
  const name = id === null ? "other" : hubLicense(id);
  return { license: name, license_name: name === "other" ? oneLine(license) : undefined };
}

/** Null where there is no number, or nothing says what task or data it belongs to: the hub takes no result without them. */
function resultsOf({ card, release }: ExportDocument): readonly ValueMap[] | null {
  const measured = card.measures.filter(({ slice, value }) => slice === null && looksNumeric(value));
  const data = card.evaluation.data;
  if (measured.length === 0 || card.task === null || data === null) return null;
  const metric = ({ metric, value }: Measure): ValueMap => ({ type: metric, value: numberText(value) });
  return [
    {
      task: { type: oneLine(card.task) },
      dataset: { name: oneLine(data), type: oneLine(data), revision: card.evaluation.sha256 ?? release.version },
      metrics: measured.map(metric),
    },
  ];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
