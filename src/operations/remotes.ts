// The shared stores of the settings: opened with what they may use of this machine, and asked which objects they hold.
import { MvError } from "../errors.ts";
import { MANIFEST_MAX_BYTES, parseManifest } from "../model/manifest.ts";
import type { ObjectRef, Remote, RemoteContext } from "../remotes/remote.ts";
import { gitAccess } from "./git-access.ts";
import type { Project } from "./project.ts";
import { quoted } from "./targets.ts";

/** A shorter wait is not worth a word. */
const TOLD_WAIT_MS = 5000;

/** What one remote said: it has `has` of the `of` objects that it was asked for. */
export interface Confirmation {
  remote: string;
  has: number;
  of: number;
}

/** Bytes that are wanted of a remote: a file's object, or a folder's manifest and all that it lists. */
export interface RemoteTarget {
  kind: "file" | "directory" | "external";
  sha256: string;
  /** A file's; a folder's is that of all its files. */
  size: number;
}

/** Opens a remote of the settings by name; null: the default one. Throws MvError usage where there is none. */
export async function openProjectRemote(project: Project, name: string | null): Promise<Remote> {
  const known = Object.keys(project.settings.remotes);
  const wanted = name ?? project.settings.default_remote ?? (known.length === 1 ? known[0] : undefined);
  const settings = wanted !== undefined && known.includes(wanted) ? project.settings.remotes[wanted] : undefined;
  if (wanted === undefined || settings === undefined) throw noRemote(project.settings.remotes, wanted);
  const { openRemote } = await import("../remotes/open.ts");
  return openRemote(wanted, settings, remoteContext(project));
}

function noRemote(remotes: Project["settings"]["remotes"], wanted: string | undefined): MvError {
  const known = Object.keys(remotes);
  if (known.length === 0) {
    return new MvError("usage", "No remote is set up", { hint: "mv remote add NAME URL --default" });
  }
  const [first = ""] = known;
  if (wanted !== undefined) {
    return new MvError("usage", `There is no remote ${wanted}; there is ${known.join(", ")}`, {
      hint: "mv remote list",
    });
  }
  return new MvError("usage", `There are the remotes ${known.join(", ")}, and none is the default`, {
    hint: `mv remote add ${first} ${quoted(remotes[first]?.url ?? "URL")} --default`,
  });
}

/** What opening a remote may use of this machine. */
export function remoteContext(project: Project): RemoteContext {
  return {
    git: gitAccess(project),
    root: project.root,
    env: project.env,
    gitConfig: (key) => project.git.config(key),
    onRetry(error, waitMs) {
      if (waitMs < TOLD_WAIT_MS) return;
      project.warn(`${error.message}; trying again in ${Math.round(waitMs / 1000)} s`);
    },
  };
}

/**
 * The targets that some remote confirms to hold whole, by their SHA-256. A folder counts only with every file of its manifest,
 * which is read from the remote. An unreachable remote confirms nothing and is a warning.
 */
export async function confirmOnRemotes(
  project: Project,
  targets: readonly RemoteTarget[],
): Promise<{ confirmed: Set<string>; answers: Confirmation[] }> {
  const confirmed = new Set<string>();
  const answers: Confirmation[] = [];
  for (const name of Object.keys(project.settings.remotes)) {
    try {
      const remote = await openProjectRemote(project, name);
      try {
        const answer = await confirm(remote, targets);
        for (const sha256 of answer.confirmed) confirmed.add(sha256);
        answers.push({ remote: name, has: answer.has, of: answer.of });
      } finally {
        await remote.close();
      }
    } catch (error) {
      project.warn(error instanceof Error ? error.message : `${name}: ${String(error)}`);
    }
  }
  return { confirmed, answers };
}

/** Which of the targets a remote confirms to hold whole, and of how many objects. */
export async function confirm(
  remote: Remote,
  targets: readonly RemoteTarget[],
): Promise<{ confirmed: string[]; has: number; of: number }> {
  const needs = await Promise.all(targets.map((target) => objectsOf(remote, target)));
  const files = new Map<string, ObjectRef>();
  for (const need of needs) for (const object of need.objects) files.set(object.sha256, object);
  const held = await remote.has([...files.values()]);
  const manifests = new Map(needs.flatMap(({ manifest }) => (manifest === null ? [] : [manifest])));
  const confirmed = targets.filter((_, at) => {
    const need = needs[at];
    return need?.manifest?.[1] !== false && need?.objects.every(({ sha256 }) => held.has(sha256));
  });
  return {
    confirmed: confirmed.map(({ sha256 }) => sha256),
    has: held.size + [...manifests.values()].filter(Boolean).length,
    of: files.size + manifests.size,
  };
}

interface Need {
  objects: readonly ObjectRef[];
  /** A folder's manifest, and whether the remote gave it. */
  manifest: readonly [sha256: string, isHeld: boolean] | null;
}

async function objectsOf(remote: Remote, { kind, sha256, size }: RemoteTarget): Promise<Need> {
  if (kind !== "directory") return { objects: [{ sha256, size }], manifest: null };
  const manifest = await remote.read(sha256, MANIFEST_MAX_BYTES);
  if (manifest === null) return { objects: [], manifest: [sha256, false] };
  const { files } = parseManifest(manifest, sha256);
  return { objects: files.flatMap((entry) => ("sha256" in entry ? [entry] : [])), manifest: [sha256, true] };
}
