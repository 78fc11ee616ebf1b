// What the commit of a release holds beside the record: its feature set, its evaluation data, its test report.
import { createHash } from "node:crypto";
import { optionalList, optionalText, requiredText } from "../../model/fields.ts";
import { artifactPath, checkPortablePath, POINTER_SUFFIX } from "../../model/paths.ts";
import { parsePointer } from "../../model/pointer.ts";
import type { Release } from "../../model/release.ts";
import { parseYaml } from "../../model/yaml.ts";
import type { Project } from "../project.ts";
import type { VersionFacts } from "./facts.ts";

const FEATURES_SUFFIX = ".features.yaml";

export type CommitFiles = Pick<VersionFacts, "featureSet" | "evaluationData" | "report">;

/** Reads them; what is not there, or cannot be read, is null or left out. `report` is what the record names. */
export async function readCommitFiles(project: Project, release: Release, report: string | null): Promise<CommitFiles> {
  const { commit: rev, feature_set_version: wanted } = release;
  const files = await project.git.listFiles(rev, [FEATURES_SUFFIX, POINTER_SUFFIX]);
  const named = report !== null && checkPortablePath(report) === null ? [report] : [];
  const paths = [...files.map(({ path }) => path), ...named];
  const blobs = await project.git.readPaths(paths.map((path) => ({ rev, path })));
  const found: CommitFiles = { featureSet: null, evaluationData: [], report: null };
  for (const [at, path] of paths.entries()) {
    const blob = blobs[at];
    if (!blob) continue;
    if (path.endsWith(FEATURES_SUFFIX)) found.featureSet ??= featureSetOf(blob, path, wanted);
    else if (path.endsWith(POINTER_SUFFIX)) found.evaluationData.push(...evaluationOf(blob, path));
    if (path === report) found.report = { path, sha256: sha256(blob) };
  }
  return found;
}

function featureSetOf(blob: Buffer, path: string, wanted: string | null): CommitFiles["featureSet"] {
  return readable(() => {
    const yaml = parseYaml(blob.toString("utf8"), path);
    if (wanted === null || optionalText(yaml, ["version"]) !== wanted) return null;
    const columns = optionalList(yaml, ["columns"]).map((_, at) => ({
      name: requiredText(yaml, ["columns", String(at), "name"]),
      type: requiredText(yaml, ["columns", String(at), "type"]),
    }));
    return { path, sha256: sha256(blob), name: requiredText(yaml, ["name"]), columns };
  });
}

function evaluationOf(blob: Buffer, path: string): CommitFiles["evaluationData"] {
  const pointer = readable(() => parsePointer(blob.toString("utf8"), path));
  return pointer?.role === "evaluation" ? [{ path: artifactPath(path), sha256: pointer.sha256 }] : [];
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    // `mv check` names a file of ours that cannot be read; here it says nothing.
    return null;
  }
}
