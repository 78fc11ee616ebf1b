// Pushing where the store is a Git host's LFS server: the pointers to what it holds go out with the refs, on a ref of their own.
import { pushRefs, type PushedRef } from "../../git/push.ts";
import { gitRemoteOf, isLfs } from "../../remotes/lfs/addresses.ts";
import type { Project } from "../project.ts";

/** The pre-push hook, inside a push of ours, is told that the objects are there. */
export const OBJECTS_SENT = { MVERSION_OBJECTS: "sent" } as const;

/** The Git remote that keeps the pointers to a store's objects; null for a store that is no LFS server. */
export function lfsHost(url: string, pushedTo: string | null): string | null {
  return isLfs(url) ? (gitRemoteOf(url) ?? pushedTo) : null;
}

export interface Outgoing {
  /** The Git remote that the refs go to. */
  remote: string;
  refs: readonly string[];
  /** What `lfsHost` said of the store. */
  host: string | null;
}

/** Pushes refs, and pointers to LFS objects: together where both go to one remote, else the pointers first. */
export async function pushWithPointers(project: Project, outgoing: Outgoing): Promise<PushedRef[]> {
  const { remote, refs, host } = outgoing;
  const send = (to: string, what: readonly string[]): Promise<PushedRef[]> =>
    what.length === 0 ? Promise.resolve([]) : pushRefs(project.git, { remote: to, refs: what, env: OBJECTS_SENT });
  if (host === null) return send(remote, refs);
  const { LFS_REF, withLfsPointers } = await import("../lfs-pointers.ts");
  if (host === remote) {
    const pushed = await withLfsPointers(project, host, (pointers) => send(remote, [...refs, ...pointers]));
    return pushed.filter(({ ref }) => ref !== LFS_REF);
  }
  await withLfsPointers(project, host, (pointers) => send(host, pointers));
  return send(remote, refs);
}
