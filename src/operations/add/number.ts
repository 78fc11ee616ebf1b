// Which number a record declares when its model's bytes change.
import { declaredVersions, matchesBranch, nextFreeDraft } from "../drafts.ts";
import type { Head } from "../committed.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";

/**
 * The declared number after a change of bytes. Before the first release and on free branches the next free draft, so that
 * nothing is in the way of exploring; a number that history does not have is this training's own, and stays.
 */
export async function numberFor(
  project: Project,
  releases: Releases,
  head: Head,
  state: {
    model: string;
    /** What the record declares now; null where there is none yet. */
    declared: string | null;
    /** Whether HEAD has other bytes. */
    uncommitted: boolean;
  },
): Promise<string> {
  const { model, declared, uncommitted } = state;
  const committed = head.records.get(model)?.version ?? null;
  const heads = head.oid === null ? [] : [head.oid];
  const free = (): Promise<string> => nextFreeDraft(project, releases, model, { declared: committed, heads });
  if (declared === null) return free();
  const explores = releases.of(model).length === 0 || matchesBranch(head.branch, project.settings.policy.free_branches);
  if (!explores || !uncommitted) return declared;
  // Restoring old bytes declares their number again, which other bytes may not keep.
  const isTaken =
    declared === committed ||
    releases.find(model, declared) !== undefined ||
    (await declaredVersions(project, model, heads)).includes(declared);
  return isTaken ? free() : declared;
}
