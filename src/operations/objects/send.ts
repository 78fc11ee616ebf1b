// The objects of artifacts to one shared store: what it lacks is asked, sent and confirmed; what is nowhere is said before
// anything is sent.
import { isMvError, MvError } from "../../errors.ts";
import type { ObjectRef, Remote } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";
import { quoted } from "../targets.ts";
import { fetchManifests, type FetchReport, type FetchTarget } from "./fetch.ts";
import { jobsOf } from "./jobs.ts";
import { openSources } from "./sources.ts";

/** An artifact whose bytes shall be on the remote. */
export interface SendTarget extends FetchTarget {
  /** The version that needs it, for messages: "churn 1.2.0". */
  of: string;
  /** Nothing may refer to it before somebody else can get it. False where Git has it out already, and for old drafts. */
  required: boolean;
}

export interface SendOptions {
  jobs?: number | undefined;
  dryRun?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Runs before the first object is sent. */
  beforeSend?: (() => Promise<unknown>) | undefined;
}

/** An artifact's object that could not be sent. */
export interface Lacking {
  path: string;
  of: string;
  sha256: string;
}

export interface SendReport {
  remote: string;
  /** Objects that the targets need. */
  needed: ObjectRef[];
  /** Those of them that the remote confirmed to hold; with `dryRun` those that it held before. */
  held: ObjectRef[];
  /** What was sent, or with `dryRun` would be. */
  sent: number;
  bytes: number;
  /** Not here and not on this remote, but on another one. */
  elsewhere: Lacking[];
  /** Nowhere, and not required. */
  nowhere: Lacking[];
}

type Needed = Map<string, ObjectRef & { target: SendTarget }>;

/** What targets need. */
export interface NeededObjects {
  readonly needed: Needed;
  /** Manifests that are nowhere near. */
  readonly lost: readonly Lost[];
}

/**
 * Brings everything that targets need onto the remote. Throws object-missing where something required is nowhere (nothing
 * was sent then), push-incomplete where the remote does not confirm what it took, and what the remote throws; what it took
 * until then stays there, and a second run goes on.
 */
export async function sendNeeded(
  project: Project,
  remote: Remote,
  { needed, lost: manifests }: NeededObjects,
  options: SendOptions = {},
): Promise<SendReport> {
  const store = await project.store();
  const lost = [...manifests];
  const all = [...needed.values()].map(({ sha256, size }) => ({ sha256, size }));
  const held = await remote.has(all, options.signal);
  const lacking = all.filter(({ sha256 }) => !held.has(sha256));
  const absent = new Set(await store.missing(lacking.map(({ sha256 }) => sha256)));
  for (const { sha256, size, target } of needed.values()) if (absent.has(sha256)) lost.push({ sha256, size, target });
  const { elsewhere, nowhere } = await lookElsewhere(project, remote, lost);
  requireSomewhere(nowhere);
  const toSend = lacking.filter(({ sha256 }) => !absent.has(sha256));
  if (!options.dryRun && toSend.length > 0) {
    await send(project, remote, toSend, options).catch((error: unknown) => {
      throw damagedHere(error, needed) ?? error;
    });
  }
  return {
    remote: remote.name,
    needed: all,
    held: options.dryRun
      ? all.filter(({ sha256 }) => held.has(sha256))
      : all.filter(({ sha256 }) => !absent.has(sha256)),
    sent: toSend.length,
    bytes: toSend.reduce((sum, { size }) => sum + size, 0),
    elsewhere: elsewhere.map(lackingOf),
    nowhere: nowhere.map(lackingOf),
  };
}

/** Bytes of the cache that are not what they were: whose they are, and how to heal them. Null for any other error. */
function damagedHere(error: unknown, needed: Needed): MvError | null {
  const sha256 = isMvError(error) && error.code === "bytes-wrong" ? error.details["sha256"] : undefined;
  const object = typeof sha256 === "string" ? needed.get(sha256) : undefined;
  if (!object) return null;
  const { path, of } = object.target;
  return new MvError(
    "bytes-wrong",
    `${of}: the bytes of ${path} in the cache are damaged (${object.sha256.slice(0, 8)})`,
    {
      hint: `mv add ${quoted(path)}, which heals them where the file is intact; else mv doctor, then mv fetch`,
      details: { path, sha256 },
      cause: error,
    },
  );
}

type Lost = ObjectRef & { target: SendTarget };

const lackingOf = ({ sha256, target: { path, of } }: Lost): Lacking => ({ path, of, sha256 });

/** Every object of targets. Manifests that the cache lacks come from whichever remote has them. */
export async function neededObjects(project: Project, targets: readonly SendTarget[]): Promise<NeededObjects> {
  const store = await project.store();
  const folders = targets.filter(({ kind }) => kind === "directory");
  if ((await store.missing(folders.map(({ sha256 }) => sha256))).length > 0) {
    const sources = openSources(project);
    const report: FetchReport = { objects: 0, bytes: 0, from: [], missing: [], wrong: [], failures: [] };
    try {
      await fetchManifests(project, sources, folders, report);
    } finally {
      await sources.close();
    }
  }
  const needed: Needed = new Map();
  const lost: Lost[] = [];
  const note = (object: ObjectRef, target: SendTarget): void => {
    const known = needed.get(object.sha256);
    if (!known || (target.required && !known.target.required)) needed.set(object.sha256, { ...object, target });
  };
  for (const target of targets) {
    const { kind, sha256, size } = target;
    if (kind === "file") note({ sha256, size }, target);
    else if ((await store.missing([sha256])).length > 0) lost.push({ sha256, size, target });
    else for (const object of await store.need({ kind, sha256 })) note(object, target);
  }
  return { needed, lost };
}

async function lookElsewhere(
  project: Project,
  remote: Remote,
  lost: readonly Lost[],
): Promise<{ elsewhere: Lost[]; nowhere: Lost[] }> {
  const found = new Set<string>();
  if (lost.length > 0) {
    const sources = openSources(project, { except: remote.name });
    try {
      await sources.each(async (other) => {
        for (const sha256 of await other.has(lost)) found.add(sha256);
        return lost.every(({ sha256 }) => found.has(sha256)) ? "done" : "go on";
      });
    } finally {
      await sources.close();
    }
  }
  return {
    elsewhere: lost.filter(({ sha256 }) => found.has(sha256)),
    nowhere: lost.filter(({ sha256 }) => !found.has(sha256)),
  };
}

function requireSomewhere(nowhere: readonly Lost[]): void {
  const lost = nowhere.filter(({ target }) => target.required);
  const [first] = lost;
  if (!first) return;
  const { path, of } = first.target;
  const others = new Set(lost.map(({ target }) => `${target.of} ${target.path}`)).size - 1;
  const more = others === 0 ? "" : `, and those of ${others} more ${others === 1 ? "artifact" : "artifacts"}`;
  throw new MvError("object-missing", `${of}: the bytes of ${path} are neither here nor on a remote${more}`, {
    hint: `mv push where it was added, or mv add a good copy of ${path} here, then repeat`,
    details: { objects: lost.slice(0, 100).map(lackingOf) },
  });
}

async function send(
  project: Project,
  remote: Remote,
  objects: readonly ObjectRef[],
  options: SendOptions,
): Promise<void> {
  const store = await project.store();
  await options.beforeSend?.();
  const total = objects.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  const confirmed = new Set<string>();
  await remote.send(
    objects.map((object) => ({ ...object, file: store.objectPath(object.sha256) })),
    {
      jobs: await jobsOf(project, options.jobs),
      signal: options.signal,
      areLacking: true,
      onDone: ({ sha256 }) => confirmed.add(sha256),
      onBytes(count) {
        bytes += count;
        project.report({ phase: "Sending", bytes, total, files: objects.length });
      },
    },
  );
  const open = objects.filter(({ sha256 }) => !confirmed.has(sha256));
  if (open.length === 0) return;
  throw new MvError("push-incomplete", `${remote.name} does not confirm ${open.length} of ${objects.length} objects`, {
    hint: `repeat the command; if it stays so: mv remote test ${remote.name}`,
    details: { remote: remote.name, objects: open.slice(0, 100).map(({ sha256 }) => sha256) },
  });
}
