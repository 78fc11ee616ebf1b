// mv log: the releases of all models, what each measured and what it changed against the one before.
import { dayIn } from "../model/day.ts";
import type { Retraction } from "../model/release.ts";
import type { Value, ValueMap } from "../model/value.ts";
import { completingCommand } from "./complete.ts";
import type { LogChanges } from "./log/changes.ts";
import { type Details, thawDetails } from "./log/frozen.ts";
import { type Entry, type History, readHistory } from "./log/history.ts";
import { type Order, sortByMetric } from "./log/sort.ts";
import type { Summary } from "./log/summary.ts";
import { type Unreleased, unreleased } from "./log/unreleased.ts";
import type { Project } from "./project.ts";
import { modelNames, oneModel } from "./versions.ts";

const MOST_WARNINGS = 5;

export interface LogInput {
  model?: string | undefined;
  /** A metric, "accuracy" or "test.auc": best first instead of newest first. */
  sort?: string | undefined;
  max?: number | undefined;
}

export interface LoggedRelease {
  model: string;
  version: string;
  tag: string;
  oid: string;
  commit: string;
  /** The tagger's, in seconds since 1970, and as the day in the tagger's zone. */
  time: number;
  date: string;
  bump: string;
  reason: string;
  signed: boolean;
  metrics: ValueMap;
  hyperparameters: ValueMap;
  features: readonly Value[];
  dataset_snapshot_id: string | null;
  feature_set_version: string | null;
  content: string;
  previous: string | null;
  /** Against `previous`; null for a model's first release, and where the previous tag is not here. */
  changes: LogChanges | null;
  /** Metrics and changes in words. */
  summary: Summary[];
  retracted: { reason: string; date: string } | null;
}

export interface LogResult {
  releases: LoggedRelease[];
  unreleased: Unreleased[];
  sorted: Order | null;
  /** The command that brings what this clone may lack, history or tags; null where nothing speaks for a gap. */
  incomplete: string | null;
  /** Where there is no release: the command that makes the first one. */
  first: string | null;
}

/** Lists releases, newest first or best first. Fails with nothing-found where no release has the metric asked for. */
export async function log(project: Project, input: LogInput): Promise<LogResult> {
  const only = input.model === undefined ? null : oneModel(project, input.model);
  const history = await readHistory(project);
  warnOfGaps(project, history);
  const incomplete = await completingCommand(project, history.releases.length > 0);
  if (await project.git.isShallow())
    project.warn("this clone is shallow: releases may be missing here; complete it: git fetch --unshallow --tags");
  const retractions = new Map(history.retractions.map((event) => [`${event.model} ${event.version}`, event]));
  const asLogged = (entry: Entry): LoggedRelease => logged(entry, retractions.get(`${entry.model} ${entry.version}`));
  const chosen = only === null ? history.releases : history.releases.filter(({ model }) => model === only);
  const open = await unreleased(project, history.releases, only === null ? modelNames(project) : [only]);
  const first = chosen.length > 0 ? null : await firstRelease(project, only);
  const rest = { unreleased: open, incomplete, first };
  if (input.sort === undefined) {
    return { releases: chosen.slice(0, input.max).map(asLogged), ...rest, sorted: null };
  }
  const { list, order } = sortByMetric(chosen.map(asLogged), input.sort, project.settings.policy.metrics);
  return { releases: list.slice(0, input.max), ...rest, sorted: order };
}

/** The command that makes a model's first release, in its own tag format; of the first model where none is named. */
export async function firstRelease(project: Project, model: string | null): Promise<string> {
  const { tagCommand } = await import("./check/suggest.ts");
  return tagCommand(project, model ?? modelNames(project)[0] ?? "", { version: "1.0.0", gap: false }, "");
}

// A thousand releases are listed in one go: fields are copied one by one, as a spread is slower than reading the file, and
// details are thawed only where somebody looks at them.
function logged(entry: Entry, event: Retraction | undefined): LoggedRelease {
  let thawed: Details | undefined;
  const details = (): Details => (thawed ??= thawDetails(entry.details));
  return {
    model: entry.model,
    version: entry.version,
    tag: entry.tag,
    oid: entry.oid,
    commit: entry.commit,
    time: entry.time,
    date: entry.date,
    bump: entry.bump,
    reason: entry.reason,
    signed: entry.signed,
    get metrics() {
      return details().facts?.metrics ?? {};
    },
    get hyperparameters() {
      return details().facts?.hyperparameters ?? {};
    },
    get features() {
      return details().facts?.features ?? [];
    },
    dataset_snapshot_id: entry.dataset_snapshot_id,
    feature_set_version: entry.feature_set_version,
    content: entry.content,
    previous: entry.previous,
    get changes() {
      return details().changes;
    },
    summary: entry.summary,
    retracted: event ? { reason: event.reason, date: dayIn(event.zone, event.date) } : null,
  };
}

function warnOfGaps(project: Project, { broken, releases }: History): void {
  const warnings = [
    ...broken.map(({ tag, why }) => `tag ${tag} claims to be a release and cannot be read: ${why}`),
    ...releases
      .filter((release) => !release.sealed)
      .map(({ tag }) => `${tag}: its record is not the sealed one, so its metrics are not shown: mv verify ${tag}`),
  ];
  for (const text of warnings.slice(0, MOST_WARNINGS)) project.warn(text);
  if (warnings.length > MOST_WARNINGS) project.warn(`and ${warnings.length - MOST_WARNINGS} more: mv verify --all`);
}
