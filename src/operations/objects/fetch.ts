// What the cache lacks of artifacts, from the shared stores: the manifests of folders first, then what they list.
import { MvError } from "../../errors.ts";
import { MANIFEST_MAX_BYTES } from "../../model/manifest.ts";
import { expectTail } from "../../platform/along.ts";
import type { ObjectRef } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";
import { jobsOf } from "./jobs.ts";
import { receiveFrom } from "./receive.ts";
import { openSources, type Sources } from "./sources.ts";

/** An artifact's bytes that shall be in the cache. */
export interface FetchTarget {
  /** Stands in messages. */
  path: string;
  kind: "file" | "directory";
  sha256: string;
  /** Bytes; of a folder, of all its files. */
  size: number;
}

export interface FetchOptions {
  /** How many objects at once; of Git config, else 8. */
  jobs?: number | undefined;
  /** Ask this remote alone. */
  remote?: string | undefined;
  /** Find out what would come, and fetch no more than manifests. */
  dryRun?: boolean | undefined;
  /** Of the files of folders these alone, by SHA-256. */
  only?: ReadonlySet<string> | undefined;
}

export interface FetchReport {
  /** What came; with `dryRun` what would. */
  objects: number;
  bytes: number;
  /** The remotes that gave something. */
  from: string[];
  /** What is still not here, by the path of its artifact. */
  missing: { path: string; sha256: string }[];
  /** Remotes that hold other bytes under an object's name. */
  wrong: { path: string; sha256: string; remote: string }[];
  /** Remotes that could not be asked. */
  failures: MvError[];
}

type Needed = Map<string, ObjectRef & { path: string }>;

/**
 * Fetches what the cache lacks of the targets. What no remote has, or cannot be had, is in the report. Throws what concerns
 * this machine: no-space, no-write.
 */
export async function fetchTargets(
  project: Project,
  targets: readonly FetchTarget[],
  options: FetchOptions = {},
): Promise<FetchReport> {
  const store = await project.store();
  const report: FetchReport = { objects: 0, bytes: 0, from: [], missing: [], wrong: [], failures: [] };
  const sources = openSources(project, options.remote === undefined ? {} : { only: options.remote });
  try {
    await fetchManifests(project, sources, targets, report);
    const needed = await lackingObjects(project, targets, report, options.only);
    await fetchAll(project, sources, needed, report, options);
    for (const { path, sha256 } of needed.values()) report.missing.push({ path, sha256 });
    report.failures = sources.failures;
    return report;
  } finally {
    store.leaveIncoming();
    await sources.close();
  }
}

/** The manifests that the cache lacks. They are small, and their sizes are written nowhere: so they are read whole. */
export async function fetchManifests(
  project: Project,
  sources: Sources,
  targets: readonly FetchTarget[],
  report: FetchReport,
): Promise<void> {
  const store = await project.store();
  const folders = targets.filter(({ kind }) => kind === "directory").map(({ sha256 }) => sha256);
  const left = new Set(await store.missing(folders));
  if (left.size === 0) return;
  await sources.each(async (remote) => {
    for (const sha256 of left) {
      const bytes = await remote.read(sha256, MANIFEST_MAX_BYTES);
      if (bytes === null) continue;
      await store.putBytes(bytes);
      left.delete(sha256);
      note(report, remote.name, [{ sha256, size: bytes.length }]);
    }
    return left.size === 0 ? "done" : "go on";
  });
}

/** The objects that are not here, each with the path of an artifact that needs it. A manifest that is not here is missing. */
async function lackingObjects(
  project: Project,
  targets: readonly FetchTarget[],
  report: FetchReport,
  only: ReadonlySet<string> | undefined,
): Promise<Needed> {
  const store = await project.store();
  const needed: Needed = new Map();
  for (const { path, kind, sha256, size } of targets) {
    if (kind === "file") needed.set(sha256, { sha256, size, path });
    else if ((await store.missing([sha256])).length > 0) report.missing.push({ path, sha256 });
    else {
      for (const object of await store.need({ kind, sha256 })) {
        if (only === undefined || only.has(object.sha256)) needed.set(object.sha256, { ...object, path });
      }
    }
  }
  const lacking = new Set(await store.missing(needed.keys()));
  for (const sha256 of needed.keys()) if (!lacking.has(sha256)) needed.delete(sha256);
  return needed;
}

async function fetchAll(
  project: Project,
  sources: Sources,
  needed: Needed,
  report: FetchReport,
  options: FetchOptions,
): Promise<void> {
  if (needed.size === 0) return;
  if (!options.dryRun) expectTail([...needed.values()].map(({ size }) => size));
  const jobs = await jobsOf(project, options.jobs);
  await sources.each(async (remote) => {
    const wanted = [...needed.values()].map(({ sha256, size }) => ({ sha256, size }));
    if (options.dryRun) {
      const held = await remote.has(wanted);
      const here = wanted.filter(({ sha256 }) => held.has(sha256));
      note(report, remote.name, here);
      for (const { sha256 } of here) needed.delete(sha256);
    } else {
      const received = await receiveFrom(project, remote, wanted, jobs);
      note(report, remote.name, received.ok);
      for (const { sha256 } of received.wrong) {
        report.wrong.push({ path: needed.get(sha256)?.path ?? "", sha256, remote: remote.name });
      }
      for (const { sha256 } of received.ok) needed.delete(sha256);
      if (received.failure !== null) throw received.failure;
    }
    return needed.size === 0 ? "done" : "go on";
  });
}

function note(report: FetchReport, remote: string, objects: readonly ObjectRef[]): void {
  if (objects.length === 0) return;
  report.objects += objects.length;
  report.bytes += objects.reduce((sum, { size }) => sum + size, 0);
  if (!report.from.includes(remote)) report.from.push(remote);
}

/** Why something is still missing, as the error of a command that cannot do without; null where nothing is. */
export function fetchFailure(report: FetchReport): MvError | null {
  const [missing] = report.missing;
  if (!missing) return null;
  const paths = [...new Set(report.missing.map(({ path }) => path))];
  const named = paths.length > 3 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");
  const details = { objects: report.missing.slice(0, 100) };
  const wrong = report.wrong.find(({ sha256 }) => sha256 === missing.sha256) ?? report.wrong[0];
  if (wrong) {
    return new MvError(
      "bytes-wrong",
      `${wrong.remote} holds other bytes for ${wrong.path} under ${wrong.sha256.slice(0, 12)}; they are not used`,
      { hint: `mv verify --remote ${wrong.remote}, then mv push --all where the right bytes are`, details },
    );
  }
  const [failure] = report.failures;
  if (failure) {
    return new MvError(failure.code, `${named} cannot be fetched: ${failure.message}`, {
      hint: failure.hint,
      details: { ...details, ...failure.details },
      cause: failure,
    });
  }
  return new MvError("object-missing", `No remote has the bytes of ${named}`, {
    hint: "mv push where it was added",
    details,
  });
}
