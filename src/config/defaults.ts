// What holds where .mversion.yaml says nothing. .mversion.example.yaml says the same, and a test compares the two.
// Shared by all readers of settings, and so frozen.
import type { MetricGate, RemoteSettings, Settings, StageSettings } from "./settings.ts";

const DAY = 86_400_000;

/** A map by names that a user chooses: without a prototype, so that no name is there by itself. */
function byName<T>(entries: Record<string, T> = {}): Record<string, T> {
  return Object.freeze(Object.assign(Object.create(null) as Record<string, T>, entries));
}

function list(): string[] {
  return Object.freeze([]) as readonly string[] as string[];
}

export const defaultStage: StageSettings = Object.freeze({
  requires: null,
  min_days: 0,
  approvals: 0,
  signed: false,
  metrics: byName(),
  confirm_within: null,
});

export const defaultRemote: Omit<RemoteSettings, "url"> = Object.freeze({
  endpoint: null,
  region: null,
  path_style: false,
});

export const defaultGate: MetricGate = Object.freeze({ better: "higher", min: null, max_drop: null });

export const defaults: Settings = Object.freeze({
  id: null,
  models: byName(),
  remotes: byName(),
  default_remote: null,
  stages: byName({ staging: defaultStage, production: defaultStage }),
  release_subject: "Release {versions}",
  policy: Object.freeze({
    overwrite: "block",
    naming: "warn",
    metadata: "warn",
    untracked: "warn",
    unsafe: "warn",
    required: list(),
    max_git_binary: 5_000_000,
    free_branches: list(),
    release_branches: list(),
    levels: "graph",
    precision: "minor",
    metrics: byName(),
  }),
  gc: Object.freeze({ grace: 14 * DAY }),
});
