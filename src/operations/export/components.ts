// The parts of a model as components of a bill of materials: its files, its data, the libraries of the training.
import type { Artifact } from "../../model/content.ts";
import type { ExportDocument } from "./document.ts";

export interface Component {
  type: string;
  "bom-ref": string;
  name: string;
}

/** Pairs of a name and a text; those without a text are left out. */
export type Properties = readonly (readonly [name: string, value: string | null])[];

/** Properties of ours: "mversion:tag". */
export function properties(pairs: Properties): { name: string; value: string }[] {
  return pairs.flatMap(([name, value]) => (value === null ? [] : [{ name: `mversion:${name}`, value }]));
}

export function artifactComponents({ release }: ExportDocument): Component[] {
  return release.artifacts.map((artifact) => ({
    type: "file",
    "bom-ref": `artifact:${artifact.path}`,
    name: artifact.path,
    ...digest(artifact),
  }));
}

export function dataComponents({ release }: ExportDocument): Component[] {
  return release.datasets.map((dataset) => ({
    type: "data",
    "bom-ref": dataRef(dataset.path),
    name: dataset.path,
    ...digest(dataset),
    data: [{ type: "dataset", name: dataset.path }],
  }));
}

export function dataRef(path: string): string {
  return `data:${path}`;
}

export function libraryComponents({ libraries }: ExportDocument): Component[] {
  return libraries.map(({ name, value }) => ({
    type: name === "python" ? "platform" : "library",
    "bom-ref": `library:${name}`,
    name,
    version: value,
    ...(name === "python" ? {} : { purl: purlOf(name, value) }),
  }));
}

// A folder's SHA-256 is that of its manifest, not of any file: as a hash of the component it would be a false claim.
function digest({ kind, sha256, size }: Artifact): object {
  return kind === "file"
    ? { hashes: [{ alg: "SHA-256", content: sha256 }], properties: properties([["size", String(size)]]) }
    : {
        properties: properties([
          ["kind", kind],
          ["size", String(size)],
          [kind === "directory" ? "manifest_sha256" : "sha256", sha256],
        ]),
      };
}

/** https://github.com/package-url/purl-spec: PyPI names are lower case with dashes. */
function purlOf(name: string, version: string): string {
  const normal = name.toLowerCase().replaceAll("_", "-");
  return `pkg:pypi/${encodeURIComponent(normal)}@${encodeURIComponent(version)}`;
}
