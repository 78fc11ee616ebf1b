// Rule 9: a change that loosens the settings is itself a finding. Pure: two settings in, what became weaker out.
import type { Policy, Settings, StageSettings } from "../../config/config.ts";
import { CONFIG_FILE } from "../project.ts";
import type { Finding } from "./findings.ts";

/** One key that asks for less than before. */
export interface Loosened {
  key: string;
  from: string;
  to: string;
}

/** Words of a policy, the weakest first. */
const STRENGTH: Readonly<Record<string, readonly string[]>> = {
  overwrite: ["off", "warn", "block"],
  naming: ["off", "warn", "block"],
  metadata: ["off", "warn", "block"],
  untracked: ["off", "warn", "block"],
  unsafe: ["off", "warn", "block"],
  levels: ["interface", "shapes", "graph"],
  precision: ["patch", "minor", "major"],
};

/** What asks for less in `after`. Where there were no settings before, nothing can have been loosened. */
export function loosenedKeys(before: Settings | null, after: Settings | null): Loosened[] {
  if (before === null) return [];
  if (after === null) return [{ key: CONFIG_FILE, from: "there", to: "gone" }];
  return [
    ...loosenedPolicy(before.policy, after.policy),
    ...loosenedModels(before, after),
    ...Object.keys(before.stages).flatMap((stage) =>
      loosenedStage(`stages.${stage}`, before.stages[stage], after.stages[stage]),
    ),
  ];
}

function loosenedPolicy(before: Policy, after: Policy): Loosened[] {
  const found: Loosened[] = [];
  for (const [key, words] of Object.entries(STRENGTH)) {
    const from = String(before[key as keyof Policy]);
    const to = String(after[key as keyof Policy]);
    if (words.indexOf(to) < words.indexOf(from)) found.push({ key: `policy.${key}`, from, to });
  }
  if (after.max_git_binary > before.max_git_binary) {
    found.push(change("policy.max_git_binary", before.max_git_binary, after.max_git_binary));
  }
  if (before.required.some((field) => !after.required.includes(field))) {
    found.push(change("policy.required", before.required, after.required));
  }
  if (after.free_branches.some((glob) => !before.free_branches.includes(glob))) {
    found.push(change("policy.free_branches", before.free_branches, after.free_branches));
  }
  const opened =
    after.release_branches.length === 0 ||
    after.release_branches.some((glob) => !before.release_branches.includes(glob));
  if (before.release_branches.length > 0 && opened) {
    found.push(change("policy.release_branches", before.release_branches, after.release_branches));
  }
  return [...found, ...loosenedGates(before, after)];
}

function loosenedGates(before: Policy, after: Policy): Loosened[] {
  return Object.entries(before.metrics).flatMap(([metric, gate]) => {
    const key = `policy.metrics.${metric}`;
    const now = after.metrics[metric];
    if (!now) return [{ key, from: "there", to: "gone" }];
    const found: Loosened[] = [];
    if (now.better !== gate.better) found.push(change(`${key}.better`, gate.better, now.better));
    // `min` is the worst value that passes: a ceiling where lower is better.
    const worse = gate.better === "higher" ? -1 : 1;
    if (gate.min !== null && (now.min === null || (now.min - gate.min) * worse > 0)) {
      found.push(change(`${key}.min`, gate.min, now.min));
    }
    if (gate.max_drop !== null && (now.max_drop === null || now.max_drop > gate.max_drop)) {
      found.push(change(`${key}.max_drop`, gate.max_drop, now.max_drop));
    }
    return found;
  });
}

// A model that leaves the settings, or whose record is looked for elsewhere, would leave the rules.
function loosenedModels(before: Settings, after: Settings): Loosened[] {
  return Object.entries(before.models).flatMap(([model, { record }]) => {
    const now = after.models[model];
    if (!now) return [{ key: `models.${model}`, from: record, to: "gone" }];
    return now.record === record ? [] : [{ key: `models.${model}.record`, from: record, to: now.record }];
  });
}

function loosenedStage(key: string, before: StageSettings | undefined, after: StageSettings | undefined): Loosened[] {
  if (!before) return [];
  const rules = [
    {
      key: "requires",
      from: before.requires,
      to: after?.requires ?? null,
      weaker: before.requires !== null && after?.requires !== before.requires,
    },
    {
      key: "min_days",
      from: before.min_days,
      to: after?.min_days ?? 0,
      weaker: (after?.min_days ?? 0) < before.min_days,
    },
    {
      key: "approvals",
      from: before.approvals,
      to: after?.approvals ?? 0,
      weaker: (after?.approvals ?? 0) < before.approvals,
    },
    { key: "signed", from: before.signed, to: after?.signed ?? false, weaker: before.signed && after?.signed !== true },
  ];
  const gates = Object.keys(before.metrics).filter(
    (metric) => JSON.stringify(after?.metrics[metric]) !== JSON.stringify(before.metrics[metric]),
  );
  return [
    ...rules.filter((rule) => rule.weaker).map((rule) => change(`${key}.${rule.key}`, rule.from, rule.to)),
    // Which way a bound moved matters less than that somebody looks at it.
    ...gates.map((metric) =>
      change(`${key}.metrics.${metric}`, before.metrics[metric], after?.metrics[metric] ?? null),
    ),
  ];
}

function change(key: string, from: unknown, to: unknown): Loosened {
  return { key, from: shown(from), to: shown(to) };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  if (value !== null && typeof value === "object" && "comparison" in value && "value" in value)
    return `${String(value.comparison)} ${String(value.value)}`;
  return value === null || value === undefined ? "none" : String(value);
}

/** The finding on loosened settings. It stays until somebody with the right to has said that it was reviewed. */
export function loosenedFindings(before: Settings | null, after: Settings | null): Finding[] {
  return loosenedKeys(before, after).map(({ key, from, to }) => ({
    rule: "policy-loosened",
    severity: "error",
    message: `${key} is loosened: ${from} -> ${to}. This range is still checked by the policy before it.`,
    next: ["Have it reviewed; then mv check --policy-reviewed passes"],
    file: CONFIG_FILE,
    commit: null,
    models: [],
  }));
}
