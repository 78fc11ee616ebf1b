// What a store gets before any ref goes out, in this order: a hold against a gc, whose it is, objects, each confirmed, then the
// releases' files. `mv push` and the pre-push hook do the same.
import { isMvError, MvError } from "../../errors.ts";
import type { Release } from "../../model/release.ts";
import { expectTail } from "../../platform/along.ts";
import { isLfs } from "../../remotes/lfs/addresses.ts";
import type { Remote } from "../../remotes/remote.ts";
import { noteLfsPointers } from "../lfs-pointers.ts";
import {
  neededObjects,
  type NeededObjects,
  type SendOptions,
  type SendReport,
  type SendTarget,
  sendNeeded,
} from "../objects/send.ts";
import type { Project } from "../project.ts";
import { holdOnStore, type StoreHold } from "../store-locks/hold.ts";
import { registerRepository } from "../store-registry.ts";
import { healRotten } from "./heal.ts";
import { readRecorded, record } from "./recorded.ts";
import { writeReleaseFiles } from "./release-files.ts";

export interface Shared {
  /** Null where the store was not asked: a push within a day confirmed all of it. */
  report: SendReport | null;
  /** Releases whose files were written. */
  written: Release[];
  /** Rotten objects that were written over. */
  healed: number;
  /** Whoever called ends it once Git has the refs, or will never get them; null in a dry run. */
  hold: StoreHold | null;
}

export interface ShareOptions extends SendOptions {
  /** Name or address of the Git remote that the refs go to; null where none do. */
  gitRemote: string | null;
  /** Ask the store whatever a push of the last day confirmed. */
  fresh?: boolean | undefined;
}

/**
 * Brings targets and releases onto a store, and holds them there. Throws what `holdOnStore`, `registerRepository`, `sendNeeded`
 * and `writeReleaseFiles` do.
 */
export async function shareOn(
  project: Project,
  remote: Remote,
  { targets, releases }: { targets: readonly SendTarget[]; releases: readonly Release[] },
  options: ShareOptions,
): Promise<Shared> {
  const isQuick = releases.length === 0 && options.fresh !== true;
  const recorded = isQuick ? await readRecorded(project, remote.name, targets) : null;
  if (options.dryRun && recorded) return { report: null, written: [], healed: 0, hold: null };
  const wanted = await neededObjects(project, targets);
  if (options.dryRun)
    return { report: await sendNeeded(project, remote, wanted, options), written: [], healed: 0, hold: null };
  if (recorded === null) expectTail([...wanted.needed.values()].map(({ size }) => size));
  const hold = await holdOnStore(project, remote, [...wanted.needed.keys()]);
  try {
    if (recorded && recorded.gc === hold.gc) return { report: null, written: [], healed: 0, hold };
    const shared = await shareHeld(project, remote, { wanted, releases }, options);
    const { elsewhere, nowhere } = shared.report;
    if (elsewhere.length + nowhere.length === 0) await record(project, remote.name, targets, hold.gc);
    return { ...shared, hold };
  } catch (error) {
    await hold.release();
    throw error;
  }
}

async function shareHeld(
  project: Project,
  remote: Remote,
  { wanted, releases }: { wanted: NeededObjects; releases: readonly Release[] },
  { gitRemote, ...options }: ShareOptions,
): Promise<{ report: SendReport; written: Release[]; healed: number }> {
  const { rotten, register } = await registering(project, remote, gitRemote);
  const healed = await healRotten(project, remote, rotten, wanted, options);
  const report = await sendNeeded(project, remote, wanted, { ...options, beforeSend: register });
  if (isLfs(remote.url)) await noteLfsPointers(project, report.held);
  // A store that was written into the settings by hand and has everything is no reason to refuse a push.
  const isNamed = project.settings.id !== null || report.sent > 0;
  if (!isNamed && releases.length > 0 && remote.abilities.files) {
    project.warn(`${remote.name} gets no copy of the releases: .mversion.yaml has no id; mv remote add gives it one`);
  } else if (releases.length > 0) await register();
  const written = isNamed ? await writeReleaseFiles(project, remote, releases, gitRemote) : [];
  return { report, written, healed };
}

/**
 * After the refs are out, where no hold could be written and a gc may have come meanwhile. Throws push-incomplete where the store
 * lacks something now.
 */
export async function requireStillThere(remote: Remote, report: SendReport | null): Promise<void> {
  if (report === null) return;
  const held = await remote.has(report.held);
  const gone = report.held.filter(({ sha256 }) => !held.has(sha256));
  if (gone.length === 0) return;
  throw new MvError(
    "push-incomplete",
    `${remote.name} was cleaned during this push, and lacks ${gone.length} objects now`,
    {
      hint: "mv push, from a clone that has the bytes, with a key that may write",
      details: { remote: remote.name, objects: gone.slice(0, 100).map(({ sha256 }) => sha256) },
    },
  );
}

/**
 * Registers the repository, so that gc knows whom to ask, also where nothing has to be sent. What stands in the way there, no id
 * or no right to write, is thrown by `register`, which runs before the first byte. `rotten`: what the store's list calls so.
 */
async function registering(
  project: Project,
  remote: Remote,
  gitRemote: string | null,
): Promise<{ rotten: readonly string[]; register: () => Promise<void> }> {
  try {
    const { file } = await registerRepository(project, remote, { gitRemote });
    return { rotten: file?.rotten ?? [], register: async () => undefined };
  } catch (error) {
    const isLater = isMvError(error) && (error.code === "denied" || project.settings.id === null);
    if (!isLater) throw error;
    return { rotten: [], register: () => Promise.reject(error) };
  }
}
