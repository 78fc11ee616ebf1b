/**
 * mversion as a library: open a repository and call the operations that the command line calls.
 *
 * ```ts
 * import { openProject, readReleases, status } from "git-mversion";
 *
 * const project = await openProject({ cwd: process.cwd(), env: process.env });
 * const { all } = await readReleases(project);
 * const versions = all.map((release) => `${release.model} ${release.version}`);
 * const { models } = await status(project);
 * ```
 *
 * Every operation takes the project and a plain input, returns plain data, prints nothing, and throws `MvError` with a
 * stable `code` for what a user can understand. Fields are only ever added to results.
 * @module
 */
export { errorTable, type ErrorCode, isMvError, MvError } from "./errors.ts";
export { openProject, type Project, type Progress, type Surroundings } from "./operations/project.ts";
export { readReleases, type Releases } from "./operations/releases.ts";
export type { Release } from "./model/release.ts";
export type { Artifact } from "./model/content.ts";
export type { ModelRecord } from "./model/record.ts";
export { fromPlain, numberText, type NumberText, type Value, type ValueMap } from "./model/value.ts";
export { init, type InitInput, type InitResult } from "./operations/init.ts";
export { add, type AddInput, type AddResult } from "./operations/add.ts";
export { type Check, doctor, type DoctorInput, type DoctorResult } from "./operations/doctor.ts";
export { status, type StatusResult } from "./operations/status.ts";
export { log, type LogInput, type LoggedRelease, type LogResult } from "./operations/log.ts";
export { show, type ShowInput, type ShowResult } from "./operations/show.ts";
export { diff, type DiffInput, type DiffResult } from "./operations/diff.ts";
export { identify, type IdentifyInput, type IdentifyResult } from "./operations/identify.ts";
export { check, type CheckInput, type CheckResult } from "./operations/check.ts";
export type { Finding } from "./operations/check/findings.ts";
export { verify, type VerifyInput, type VerifyResult } from "./operations/verify.ts";
export { sign, type SignInput, type SignResult } from "./operations/sign.ts";
export {
  type BundleContext,
  type FileFinding,
  verifyBundle,
  type VerifyBundleInput,
  type VerifyBundleResult,
} from "./operations/verify-bundle.ts";
export { gc, type GcInput, type GcResult } from "./operations/gc.ts";
export { gcRemote, type GcRemoteInput, type GcRemoteResult, gcUnlock } from "./operations/gc-remote.ts";
export { get, type GetInput, type GetResult } from "./operations/get.ts";
export { getVariants, type GetVariantsResult } from "./operations/get/variants.ts";
export { restore, type RestoreInput, type RestoreResult } from "./operations/restore.ts";
export { remove, type RemoveInput, type RemoveResult } from "./operations/remove.ts";
export { move, type MoveInput, type MoveResult } from "./operations/move.ts";
export { set, type SetInput, type SetResult } from "./operations/set.ts";
export { captureInto, type CaptureInput, type CaptureResult } from "./operations/capture.ts";
export { bump, type BumpInput, type BumpResult } from "./operations/bump.ts";
export { tag, type TagInput, type TagResult } from "./operations/tag.ts";
export { untag, type UntagInput, type UntagResult } from "./operations/untag.ts";
export { retract, type RetractInput, type RetractResult } from "./operations/retract.ts";
export { audit, type AuditInput, type AuditResult } from "./operations/audit.ts";
export { changelog, type ChangelogInput, type ChangelogResult } from "./operations/changelog.ts";
export { exportVersion, type ExportFormat, type ExportInput, type ExportResult } from "./operations/export.ts";
export { revert, type RevertInput, type RevertResult } from "./operations/revert.ts";
export { checkout, type CheckoutInput, type CheckoutResult } from "./operations/checkout.ts";
export { merge, type MergeInput, type MergeResult } from "./operations/merge.ts";
export {
  remoteAdd,
  type RemoteAddInput,
  type RemoteAddResult,
  type RemoteInfo,
  remoteList,
  remoteRemove,
  remoteTest,
  type RemoteTestResult,
} from "./operations/remote.ts";
export { verifyRemote, type VerifyRemoteInput, type VerifyRemoteResult } from "./operations/verify-remote.ts";
export { push, type PushInput, type PushResult } from "./operations/push.ts";
export { pull, type PullInput, type PullResult } from "./operations/pull.ts";
export { fetch, type FetchInput, type FetchResult } from "./operations/fetch.ts";
export type { Rollout } from "./model/route.ts";
export { createRouter, routeKey } from "./operations/route/router.ts";
export { evict, type EvictInput, type EvictResult } from "./operations/evict.ts";
export { promote, type PromoteInput, type PromoteResult } from "./operations/promote.ts";
export { approve, type ApproveInput, type ApproveResult } from "./operations/approve.ts";
export { confirm, type ConfirmInput, type ConfirmResult } from "./operations/confirm.ts";
export { route, type RouteInput, type RouteResult } from "./operations/route.ts";
export { rollback, type RollbackInput, type RollbackResult } from "./operations/rollback.ts";
export { stageLog, type StageLogInput, type StageLogResult } from "./operations/stage-log.ts";
export { type Stage, stages, type StagedAssignment, type StagesInput, type StagesResult } from "./operations/stages.ts";
