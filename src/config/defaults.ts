// What holds where .mversion.yaml says nothing. .mversion.example.yaml says the same, and a test compares the two.
// Shared by all readers of settings, and so frozen.
import type { MetricGate, RemoteSettings, Settings, StageSettings } from "./settings.ts";

const DAY = 86_400_000;

/** A map by names that a user chooses: without a prototype, so that no name is there by itself. */
const none: Record<string, never> = Object.freeze(Object.create(null) as Record<string, never>);
const noTexts: string[] = Object.freeze([]) as readonly string[] as string[];

export const defaultStage: StageSettings = Object.freeze<StageSettings>({
  requires: null,
  min_days: 0,
  approvals: 0,
  signed: false,
  metrics: none,
  confirm_within: null,
});

export const defaultRemote: Omit<RemoteSettings, "url"> = Object.freeze({
  endpoint: null,
  region: null,
  path_style: false,
});

export const defaultGate: MetricGate = Object.freeze<MetricGate>({ better: "higher", min: null, max_drop: null });

export const defaults: Settings = Object.freeze<Settings>({
  id: null,
  models: none,
  remotes: none,
  default_remote: null,
  stages: Object.freeze(
    Object.assign(Object.create(null) as Record<string, StageSettings>, {
      staging: defaultStage,
      production: defaultStage,
    }),
  ),
  release_subject: "Release {versions}",
  policy: Object.freeze<Settings["policy"]>({
    overwrite: "block",
    naming: "warn",
    metadata: "warn",
    untracked: "warn",
    unsafe: "warn",
    required: noTexts,
    max_git_binary: 5_000_000,
    free_branches: noTexts,
    release_branches: noTexts,
    levels: "graph",
    precision: "minor",
    metrics: none,
  }),
  gc: Object.freeze({ grace: 14 * DAY }),
});
