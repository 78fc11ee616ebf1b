// Pushing where the store is a Git host's LFS server: the pointers to what it holds go out with the refs, on a ref of their own.
import { pushRefs, type PushedRef } from "../../git/push.ts";
import type { ObjectRef } from "../../remotes/remote.ts";
import type { Project } from "../project.ts";

/** The pre-push hook, inside a push of ours, is told that the objects are there. */
export const OBJECTS_SENT = { MVERSION_OBJECTS: "sent" } as const;

/** The Git remote that keeps the pointers to a store's objects; null for a store that is no LFS server. */
export async function lfsHost(url: string): Promise<string | null> {
  if (!/^lfs(?:[:+]|$)/i.test(url)) return null;
  return (await import("../../remotes/lfs/server.ts")).gitRemoteOf(url);
}

export interface Outgoing {
  /** The Git remote that the refs go to. */
  remote: string;
  refs: readonly string[];
  /** What `lfsHost` said of the store, and the objects that were confirmed there. */
  host: string | null;
  objects: readonly ObjectRef[];
}

/** Pushes refs, and pointers to LFS objects: together where both go to one remote, else the pointers first. */
export async function pushWithPointers(project: Project, outgoing: Outgoing): Promise<PushedRef[]> {
  const { remote, refs, host, objects } = outgoing;
  const send = (to: string, what: readonly string[]): Promise<PushedRef[]> =>
    what.length === 0 ? Promise.resolve([]) : pushRefs(project.git, { remote: to, refs: what, env: OBJECTS_SENT });
  if (host === null || objects.length === 0) return send(remote, refs);
  const { withLfsPointers } = await import("../lfs-pointers.ts");
  if (host === remote) {
    return withLfsPointers(project, host, objects, (pointers) => send(remote, [...refs, ...pointers]));
  }
  await withLfsPointers(project, host, objects, (pointers) => send(host, pointers));
  return send(remote, refs);
}
