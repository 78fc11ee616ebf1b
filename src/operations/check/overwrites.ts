// The findings of rule 1: which released or declared bytes would be overwritten, in one sentence for models that share it.
import type { Settings } from "../../config/config.ts";
import type { Finding, Severity } from "./findings.ts";
import { listed, severityOf } from "./findings.ts";
import type { ModelVerdict } from "./verdicts.ts";

/** Models whose verdicts read as one sentence: the same trouble with the same artifacts. */
export interface Group {
  rule: "overwrite" | "reused" | "reused-warning" | "record-stale" | "dropped";
  verdicts: ModelVerdict[];
  paths: readonly string[];
}

/** Sorts verdicts into groups; models without trouble are in none. `isNew` leaves out what a parent had already. */
export function groupVerdicts(verdicts: readonly ModelVerdict[], isNew: (verdict: ModelVerdict) => boolean): Group[] {
  const groups: Group[] = [];
  const put = (rule: Group["rule"], paths: readonly string[], verdict: ModelVerdict): void => {
    const alike = groups.find((group) => group.rule === rule && group.paths.join("\0") === paths.join("\0"));
    if (alike) alike.verdicts.push(verdict);
    else groups.push({ rule, paths, verdicts: [verdict] });
  };
  for (const item of verdicts) {
    const { verdict, tree } = item;
    if (verdict.result !== "ok") put(verdict.result, verdict.paths, item);
    if (verdict.dropped.length > 0) put("dropped", [], item);
    if (tree.stale && isNew(item)) put("record-stale", stalePaths(item), item);
  }
  return groups;
}

function stalePaths({ tree }: ModelVerdict): string[] {
  const now = new Map(tree.artifacts.map((artifact) => [artifact.path, artifact.sha256]));
  const differing = tree.record?.artifacts.filter((artifact) => now.get(artifact.path) !== artifact.sha256) ?? [];
  return (differing.length > 0 ? differing : (tree.record?.artifacts ?? [])).map((artifact) => artifact.path);
}

/** The finding of a group, or null where the policy is off. `past` speaks of a commit that was made. */
export function groupFinding(group: Group, policy: Settings["policy"], past: boolean): Omit<Finding, "next"> | null {
  const strict = severityOf(policy.overwrite);
  if (strict === null) return null;
  const isMild = group.rule === "reused-warning" || group.rule === "dropped";
  const severity: Severity = isMild ? "warning" : strict;
  const models = group.verdicts.map(({ model, tree, verdict }) => ({
    model,
    version: verdict.releasedAs ?? tree.state?.version ?? "",
  }));
  const rule = group.rule === "reused-warning" ? "reused" : group.rule;
  const file = group.verdicts[0]?.tree.file ?? null;
  return { rule, severity, message: sentence(group, past), file, commit: null, models };
}

function sentence({ rule, verdicts, paths }: Group, past: boolean): string {
  const what = listed(paths);
  const verb = past ? (paths.length === 1 ? "overwrites" : "overwrite") : "would overwrite";
  const names = verdicts.map(
    ({ model, tree, verdict }) => `${model} ${verdict.releasedAs ?? tree.state?.version ?? ""}`,
  );
  const [first] = verdicts;
  switch (rule) {
    case "reused":
      return `${what} ${verb} ${listed(names)}, ${released(names.length)} with other bytes.`;
    case "reused-warning":
      return `${listed(names)} still ${names.length === 1 ? "names" : "name"} other bytes than released: ${what}.`;
    case "record-stale":
      return `${listed(verdicts.map(({ tree }) => tree.file))} ${verdicts.length === 1 ? "describes" : "describe"} other bytes than the pointers: ${what}.`;
    case "dropped": {
      const lost = verdicts.flatMap(({ model, verdict }) => verdict.dropped.map((version) => `${model} ${version}`));
      return `The merge loses the bytes of ${listed(lost)}, which no release holds.`;
    }
    case "overwrite": {
      const own = first?.verdict.own ?? "";
      if (verdicts.every(({ tree, verdict }) => verdict.own === tree.state?.version))
        return `${what} ${verb} ${listed(names)}, declared with other bytes before.`;
      const floors = listed(verdicts.map(({ model, verdict }) => `${model} ${verdict.own ?? own}`));
      return `${what}: new bytes need a version above ${floors}; the record says ${listed(verdicts.map(({ tree }) => tree.state?.version ?? ""))}.`;
    }
  }
}

function released(models: number): string {
  return models === 1 ? "which is released" : models === 2 ? "both released" : "all released";
}
