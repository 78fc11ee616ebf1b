// mv approve: records that somebody agrees to a version on a stage. Whoever made the version does not count where the stage
// asks for approvals.
import { MvError } from "../errors.ts";
import { type Approval, formatApprovalMessage, formatApprovalTag } from "../model/events.ts";
import type { Release } from "../model/release.ts";
import { sameAddress, type UnmetRule } from "../model/stage-rules.ts";
import { changing } from "./change.ts";
import type { Project } from "./project.ts";
import { usableRelease } from "./promote/shares.ts";
import { readRegistry, type StageName } from "./registry.ts";
import { makeEvent } from "./registry/make-event.ts";
import { eventReason } from "./registry/reason.ts";
import { readReleases } from "./releases.ts";
import { readStageWord, requireDeclared } from "./stage.ts";
import { readStageRules, unmetStageRules } from "./stage-rules.ts";
import { authorsOf } from "./stage-rules/facts.ts";
import { quoted } from "./targets.ts";

export interface ApproveInput {
  version: string;
  /** "production", or "churn@production". */
  stage: string;
  model?: string | undefined;
  reason?: string | undefined;
  /** Asks for the reason where none is given, once nothing else is in the way; an empty answer is none. */
  askReason?: ((what: string) => Promise<string>) | undefined;
}

export interface ApproveResult {
  model: string;
  version: string;
  stage: string;
  /** False where the same person approved it before: nothing was made. */
  changed: boolean;
  approval: { tag: string; oid: string; by: string; reason: string };
  /** What the stage still asks of the version, as it would be said to whoever promotes it now. */
  unmet: UnmetRule[];
  /** Git remotes that could be told of it. */
  remotes: string[];
}

/**
 * Makes the approval; signed where the stage says so, else as Git is set up. Fails with unknown-stage, unknown-version,
 * retracted, self-approval, no-reason, race, commit-failed.
 */
export async function approve(project: Project, input: ApproveInput): Promise<ApproveResult> {
  return changing(project, async () => {
    const name = readStageWord(project, input.stage, input.model);
    requireDeclared(project, name);
    const { model, stage } = name;
    const releases = await readReleases(project);
    const registry = readRegistry(project, releases);
    const release = await usableRelease(project, releases, input.version, model);
    const { version } = release;
    const { approvals, signed } = await readStageRules(project, stage);
    const me = await project.git.identity();
    if (me !== null && approvals > 0) await requireOther(project, release, name, me);

    const known = await registry.approvals(model, stage, version);
    const before = me && known.events.find((event) => isSame(event, release, me, signed));
    const remotes = await project.git.remotes();
    const result = { model, version, stage, remotes };
    const again = `mv approve ${quoted(input.version)} ${quoted(input.stage)} -m`;
    if (before) {
      const { tag, oid, tagger, reason } = before;
      const approval = { tag, oid, by: tagger.email, reason };
      return { ...result, changed: false, approval, unmet: await unmetStageRules(project, registry, release, stage) };
    }
    const reason = await eventReason(input, `Approving ${model} ${version} for ${stage}`, `${again} WHY`);
    const tag = formatApprovalTag({ model, stage, version }, known.next);
    const message = formatApprovalMessage({ model, stage, version, release: release.oid, reason });
    const making = { signed, failed: "Nothing was approved", again: `${again} ${quoted(reason)}` };
    const oid = await makeEvent(project, { name: tag, target: release.commit, message }, making);
    const approval = { tag, oid, by: me?.email ?? "", reason };
    // Read again: the approval counts from now on.
    const after = readRegistry(project, await readReleases(project));
    return { ...result, changed: true, approval, unmet: await unmetStageRules(project, after, release, stage) };
  });
}

async function requireOther(
  project: Project,
  release: Release,
  { model, stage }: StageName,
  me: { email: string },
): Promise<void> {
  const authors = (await authorsOf(project, release)).map(sameAddress);
  if (!authors.includes(sameAddress(me.email))) return;
  const { version, tag } = release;
  throw new MvError(
    "self-approval",
    `You (${me.email}) made ${model} ${version}, and ${stage} needs approvals by others (.mversion.yaml stages.${stage}.approvals)`,
    {
      hint: `Somebody else: mv approve ${tag} ${quoted(`${model}@${stage}`)} -m WHY`,
      details: { model, version, stage, by: me.email },
    },
  );
}

/** One person counts once; where approvals have to be signed, an unsigned one is no reason to leave it at that. */
function isSame(event: Approval, release: Release, me: { email: string }, signed: boolean): boolean {
  const isMine = sameAddress(event.tagger.email) === sameAddress(me.email);
  return isMine && event.release === release.oid && (event.signed || !signed);
}
