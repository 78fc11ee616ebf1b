// What a store gets before any ref goes out, in this order: whose it is, objects, each confirmed, then the releases' files.
// `mv push` and the pre-push hook do the same.
import type { Release } from "../../model/release.ts";
import { isLfs } from "../../remotes/lfs/addresses.ts";
import type { Remote } from "../../remotes/remote.ts";
import { type SendOptions, type SendReport, type SendTarget, sendTargets } from "../objects/send.ts";
import type { Project } from "../project.ts";
import { registerRepository } from "../store-registry.ts";
import { noteLfsPointers } from "../lfs-pointers.ts";
import { isRecorded, record } from "./recorded.ts";
import { writeReleaseFiles } from "./release-files.ts";

export interface Shared {
  /** Null where the store was not asked: a push within a day confirmed all of it. */
  report: SendReport | null;
  /** Releases whose files were written. */
  written: Release[];
}

/** Brings targets and releases onto a store. Throws what `registerRepository`, `sendTargets` and `writeReleaseFiles` do. */
export async function shareOn(
  project: Project,
  remote: Remote,
  { targets, releases }: { targets: readonly SendTarget[]; releases: readonly Release[] },
  { gitRemote, ...options }: SendOptions & { gitRemote: string | null },
): Promise<Shared> {
  if (releases.length === 0 && (await isRecorded(project, remote.name, targets))) return { report: null, written: [] };
  let registering: Promise<unknown> | undefined;
  // Before the first byte: gc must know whom to ask, and nobody writes under the name of another's model.
  const register = (): Promise<unknown> => (registering ??= registerRepository(project, remote));
  const report = await sendTargets(project, remote, targets, { ...options, beforeSend: register });
  if (options.dryRun) return { report, written: [] };
  if (isLfs(remote.url)) await noteLfsPointers(project, report.held);
  // A store that was written into the settings by hand and has everything is no reason to refuse a push.
  const isNamed = project.settings.id !== null || report.sent > 0;
  if (!isNamed && releases.length > 0 && remote.abilities.files) {
    project.warn(`${remote.name} gets no copy of the releases: .mversion.yaml has no id; mv remote add gives it one`);
  } else if (releases.length > 0) await register();
  const written = isNamed ? await writeReleaseFiles(project, remote, releases, gitRemote) : [];
  if (report.elsewhere.length + report.nowhere.length === 0) await record(project, remote.name, targets);
  return { report, written };
}
