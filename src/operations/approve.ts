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
import { fetchEvents, freeNumber, type MadeEvent, openEventChain, shareEvent } from "./registry/share-event.ts";
import { readReleases } from "./releases.ts";
import { readStageWord, requireDeclared } from "./stage.ts";
import { readStageRules, unmetStageRules } from "./stage-rules.ts";
import { authorsOf } from "./stage-rules/facts.ts";
import { quoted } from "./targets.ts";
import { checkSignatures } from "./trust/signature.ts";
import { readSigners } from "./trust/signers.ts";

export interface ApproveInput {
  version: string;
  /** "production", or "churn@production". */
  stage: string;
  model?: string | undefined;
  reason?: string | undefined;
  /** Also send it to the Git remote. */
  push?: boolean | undefined;
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
  /** The Git remote that has it; null where it was not sent. */
  pushed: string | null;
  /** The command that sends it; null where it was sent, or there is no Git remote. */
  share: string | null;
}

/**
 * Makes the approval; signed where the stage says so, else as Git is set up. Fails with unknown-stage, unknown-version,
 * retracted, self-approval, no-reason, race, commit-failed; with `push` also with push-incomplete, push-rejected, unreachable.
 */
export async function approve(project: Project, input: ApproveInput): Promise<ApproveResult> {
  return changing(project, async () => {
    const name = readStageWord(project, input.stage, input.model);
    requireDeclared(project, name);
    const { model, stage } = name;
    let releases = await readReleases(project);
    const release = await usableRelease(project, releases, input.version, model);
    const { version } = release;
    const { approvals, approvalsSet, signed } = await readStageRules(project, stage);
    const me = await project.git.identity();
    if (me !== null && approvals > 0) await requireOther(project, release, name, me, approvalsSet);

    const chain = input.push
      ? await openEventChain(project, release, formatApprovalTag({ model, stage, version }))
      : null;
    if (chain) {
      await fetchEvents(project, chain);
      releases = await readReleases(project);
    }
    const known = await readRegistry(project, releases).approvals(model, stage, version);
    const mine = me ? known.events.filter((event) => isSame(event, release, me, signed)) : [];
    const before = signed ? await mayCount(project, mine) : mine[0];
    const again = `mv approve ${quoted(input.version)} ${quoted(input.stage)}`;
    const what = `Approving ${model} ${version} for ${stage}`;
    const reason = before?.reason ?? (await eventReason(input, what, `${again} -m WHY`));
    const make = async (number: number): Promise<MadeEvent> => {
      const tag = formatApprovalTag({ model, stage, version }, number);
      const message = formatApprovalMessage({ model, stage, version, release: release.oid, reason });
      const making = { signed, failed: "Nothing was approved", again: `${again} -m ${quoted(reason)}` };
      return { tag, oid: await makeEvent(project, { name: tag, target: release.commit, message }, making) };
    };
    const made = before ?? (await make(chain ? freeNumber(chain, known.next) : known.next));
    const { tag, oid } = chain ? await shareEvent(project, chain, { ...made, isNew: !before }, make) : made;
    const by = before?.tagger.email ?? me?.email ?? "";
    const remotes = await project.git.remotes();
    // Read again: the approval counts from now on.
    const after = readRegistry(project, await readReleases(project));
    return {
      model,
      version,
      stage,
      changed: !before,
      approval: { tag, oid, by, reason },
      unmet: await unmetStageRules(project, after, release, stage),
      pushed: chain?.remote ?? null,
      share: chain || remotes.length === 0 ? null : `${again} --push -m ${quoted(reason)}`,
    };
  });
}

async function requireOther(
  project: Project,
  release: Release,
  { model, stage }: StageName,
  me: { email: string },
  set: string,
): Promise<void> {
  const authors = (await authorsOf(project, release)).map(sameAddress);
  if (!authors.includes(sameAddress(me.email))) return;
  const { version, tag } = release;
  throw new MvError(
    "self-approval",
    `You (${me.email}) made ${model} ${version}, and ${stage} needs approvals by others (${set})`,
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

/** The first whose signature is not known to be wrong: whoever signed with the wrong key must be able to approve again. */
async function mayCount(project: Project, mine: readonly Approval[]): Promise<Approval | undefined> {
  if (mine.length === 0) return undefined;
  const signers = await readSigners(project);
  const oids = mine.map(({ oid }) => oid);
  const checks = await checkSignatures(project, oids, signers);
  const isUnlisted = (state: string | undefined): boolean =>
    state === "unknown-signer" && signers.allowedSigners === null;
  return mine.find(({ oid }) => checks.get(oid)?.state === "good" || isUnlisted(checks.get(oid)?.state));
}
