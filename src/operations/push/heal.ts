// Rotten objects of a store, as somebody's verify wrote them down: a push that has the right bytes looks at them and writes them over.
import { MvError } from "../../errors.ts";
import type { ObjectRef, Remote } from "../../remotes/remote.ts";
import { jobsOf } from "../objects/jobs.ts";
import { readBack } from "../objects/read-back.ts";
import type { NeededObjects, SendTarget } from "../objects/send.ts";
import type { Project } from "../project.ts";
import { changeStoreFile } from "../store-registry.ts";

type Suspect = ObjectRef & { target: SendTarget };

/**
 * Replaces those of the needed objects that the store's list calls rotten and that are so. Returns how many. Throws object-missing
 * where something required is rotten there and not here, push-incomplete where the store keeps other bytes all the same.
 */
export async function healRotten(
  project: Project,
  remote: Remote,
  listed: readonly string[],
  { needed }: NeededObjects,
  given: { jobs?: number | undefined },
): Promise<number> {
  const suspects = listed.flatMap((sha256) => needed.get(sha256) ?? []);
  if (suspects.length === 0) return 0;
  const jobs = await jobsOf(project, given.jobs);
  const before = await readBack(project, remote, suspects, { jobs });
  // Also what the store says that it has, and does not give.
  const rotten = suspects.filter(({ sha256 }) => before.get(sha256) !== "right");
  const { good, lost } = await goodHere(project, rotten);
  refuseLost(project, remote, lost);
  const store = await project.store();
  const transfers = good.map(({ sha256, size }) => ({ sha256, size, file: store.objectPath(sha256) }));
  if (transfers.length > 0) await remote.send(transfers, { jobs, replace: true });
  const after = await readBack(project, remote, transfers, { jobs });
  const stuck = transfers.filter(({ sha256 }) => after.get(sha256) !== "right");
  const right = new Set([...before, ...after].flatMap(([sha256, state]) => (state === "right" ? [sha256] : [])));
  if (right.size > 0) {
    await changeStoreFile(remote, (file) => {
      const left = file.rotten.filter((sha256) => !right.has(sha256));
      return left.length === file.rotten.length ? file : { ...file, rotten: left };
    });
  }
  if (stuck.length === 0) return transfers.length;
  throw new MvError("push-incomplete", `${remote.name} goes on to give other bytes for ${stuck.length} objects`, {
    hint: `mv remote test ${remote.name}; its disk may be failing`,
    details: { remote: remote.name, objects: stuck.slice(0, 100).map(({ sha256 }) => sha256) },
  });
}

/** Those that the cache has, read and right; the others. */
async function goodHere(
  project: Project,
  rotten: readonly Suspect[],
): Promise<{ good: readonly Suspect[]; lost: readonly Suspect[] }> {
  const store = await project.store();
  const states = await store.check(rotten.map(({ sha256 }) => sha256));
  const right = new Set(states.flatMap(({ sha256, state }) => (state === "ok" ? [sha256] : [])));
  return {
    good: rotten.filter(({ sha256 }) => right.has(sha256)),
    lost: rotten.filter(({ sha256 }) => !right.has(sha256)),
  };
}

function refuseLost(project: Project, remote: Remote, lost: readonly Suspect[]): void {
  const [first] = [...lost].toSorted((a, b) => Number(b.target.required) - Number(a.target.required));
  if (first === undefined) return;
  const { of, path, required } = first.target;
  const message = `${of}: ${remote.name} holds other bytes for ${path}, and the right ones are not here`;
  if (!required) return project.warn(`${message}; mv push --all where they are`);
  throw new MvError("object-missing", message, {
    hint: `mv push --all in a clone that has them, or mv add a good copy of ${path} here, then repeat`,
    details: { remote: remote.name, objects: lost.slice(0, 100).map(({ sha256 }) => sha256) },
  });
}
