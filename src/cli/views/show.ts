import { leavesOf } from "../../model/diff.ts";
import { isMap, showValue, type Value } from "../../model/value.ts";
import type { ShownArtifact, ShowResult } from "../../operations/show.ts";
import type { Style } from "../command.ts";
import { bytes, printable, short, table } from "../terminal.ts";

/** Fields with a line or a table of their own; every other one is the team's and is shown after them. */
const OWN_PLACE = new Set([
  "schema",
  "model_name",
  "version",
  "content",
  "reason",
  "artifacts",
  "datasets",
  "training_date",
  "feature_set_version",
  "features",
  "dataset_snapshot_id",
  "hyperparameters",
  "metrics",
  "library_versions",
  "environment",
  "trained",
]);

const BYTES_WORDS = { here: "here", absent: "not here", external: "kept elsewhere" } as const;

/** A person's page of one version. */
export function showView(result: ShowResult, style: Style): { out: string; notes: string[] } {
  const { fields, reason } = result;
  const parts = [
    heading(result, style).join("\n"),
    (reason ?? "").trim().split(/\r?\n/).map(printable).join("\n"),
    table([...artifactRows("artifacts", result.artifacts), ...artifactRows("datasets", result.datasets)]),
    table([
      ...line("trained on", fields["training_date"]),
      ...line("feature set", fields["feature_set_version"]),
      ...line("features", fields["features"]),
      ...line("data snapshot", ownSnapshot(result)),
      ...line("hyperparameters", fields["hyperparameters"]),
      ...line("metrics", fields["metrics"]),
      ...line("libraries", fields["library_versions"]),
      ...line("environment", fields["environment"]),
      ...line("training", fields["trained"]),
      ...Object.entries(fields).flatMap(([key, value]) => (OWN_PLACE.has(key) ? [] : line(key, value))),
    ]),
  ];
  const absent = [...result.artifacts, ...result.datasets].filter((artifact) => artifact.bytes === "absent");
  const from = result.release ? ` ${result.release.tag}` : "";
  const notes = absent.length > 0 ? [`Bytes that are not here. Next: mv fetch${from}`] : [];
  return { out: parts.filter(Boolean).join("\n\n"), notes };
}

function heading(result: ShowResult, style: Style): string[] {
  const { release, commit } = result;
  const name = style("bold", `${printable(result.model)} ${printable(result.version)}`);
  const content = result.content === null ? [] : [`content ${printable(result.content)}`];
  if (release === null) {
    const as = result.released_as;
    const where = commit === null ? "declared in the working tree" : `declared at commit ${commit.slice(0, 7)}`;
    const released = as === null ? "" : `, released as ${printable(as.tag)}`;
    return [`${name}  ${where}${released}`, ...retraction(as?.retracted ?? null, style), ...content];
  }
  const { tagger, retracted, previous } = release;
  const step = previous === null ? printable(release.bump) : `${printable(release.bump)}, after ${printable(previous)}`;
  return [
    `${name}  released ${release.date} by ${printable(tagger.name)} <${printable(tagger.email)}>`,
    ...retraction(retracted, style),
    `tag ${printable(release.tag)}  commit ${release.commit.slice(0, 7)}  ${step}  ${release.signed ? "signed" : "unsigned"}`,
    ...content,
  ];
}

function retraction(event: { reason: string; date: string } | null, style: Style): string[] {
  return event === null ? [] : [`${style("red", "retracted")} ${event.date}  ${printable(event.reason.trim())}`];
}

function artifactRows(section: string, artifacts: readonly ShownArtifact[]): string[][] {
  return artifacts.map(({ path, size, sha256, bytes: state }, at) => [
    at === 0 ? section : "",
    printable(path),
    bytes(size),
    short(sha256),
    BYTES_WORDS[state],
  ]);
}

function line(label: string, value: Value | undefined): string[][] {
  if (value === undefined || value === null) return [];
  const text = isMap(value)
    ? [...leavesOf(value).values()].map(({ key, value: leaf }) => `${key} ${showValue(leaf)}`).join(", ")
    : Array.isArray(value)
      ? (value as readonly Value[]).map(showValue).join(", ")
      : showValue(value);
  return text === "" ? [] : [[printable(label), printable(text)]];
}

// A snapshot that follows from the datasets above would only repeat their hashes.
function ownSnapshot({ fields }: ShowResult): Value | undefined {
  const id = fields["dataset_snapshot_id"];
  return typeof id === "string" && id.startsWith("sha256:") ? undefined : id;
}
