// What .mversion.yaml can say, as data. Key names are those of the file; sizes are bytes, durations milliseconds.

export type Severity = "block" | "warn" | "off";

export interface ModelSettings {
  /** The record's path. */
  record: string;
  /** The format of release tags: "v{version}", "{model}@v{version}". */
  tag: string;
}

export interface RemoteSettings {
  url: string;
  /** Of an S3 server that is not Amazon's. */
  endpoint: string | null;
  region: string | null;
  path_style: boolean;
}

/** The bound of a metric: ">= 0.9". */
export interface Threshold {
  comparison: ">=" | "<=" | ">" | "<" | "=";
  value: number;
}

export interface StageSettings {
  /** The stage where a version must have run before. */
  requires: string | null;
  /** Days that it must have run there. */
  min_days: number;
  /** Approvals by others than the author. */
  approvals: number;
  /** Whether releases, assignments and approvals must be signed. */
  signed: boolean;
  metrics: Record<string, Threshold>;
  /** Time in which the deploy job confirms that the version runs; null: no limit. */
  confirm_within: number | null;
}

/** A release that misses a metric's gate is refused. Undefined: no such bound. */
export interface MetricGate {
  better: "higher" | "lower";
  /** The worst value that passes: a floor where higher is better, else a ceiling. */
  min: number | null;
  /** How much worse than the predecessor it may be. */
  max_drop: number | null;
}

export interface Policy {
  overwrite: Severity;
  naming: Severity;
  metadata: Severity;
  untracked: Severity;
  unsafe: Severity;
  /** Fields that a record must have: "metrics.accuracy". */
  required: string[];
  /** A larger binary file does not go into Git itself. */
  max_git_binary: number;
  /** Globs of branches where drafts count up by themselves. */
  free_branches: string[];
  /** Globs of the only branches that release; empty: all do. */
  release_branches: string[];
  /** How far into a model file the required bump is derived. */
  levels: "interface" | "shapes" | "graph";
  /** The bump that a change of precision alone needs. */
  precision: "major" | "minor" | "patch";
  metrics: Record<string, MetricGate>;
}

export interface Settings {
  /** The repository's identity in stores. */
  id: string | null;
  models: Record<string, ModelSettings>;
  remotes: Record<string, RemoteSettings>;
  default_remote: string | null;
  stages: Record<string, StageSettings>;
  release_subject: string;
  policy: Policy;
  gc: { grace: number };
}
