// What an S3 server or the SDK says when a request fails, as our errors.
import { isMvError, MvError } from "../../errors.ts";
import { isPassing, isAbort, networkFailure, passing, type Peer, sayable } from "../network.ts";

/** The parts of the SDK's errors that are read here, all of them as the server sent them. */
interface Answer {
  readonly code: string;
  readonly words: string;
  /** 0: no answer came. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly region: string | undefined;
}

const DENIED = new Set([
  "AccessDenied",
  "AllAccessDisabled",
  "AccountProblem",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "RequestTimeTooSkewed",
  "NotSignedUp",
  "UnauthorizedAccess",
]);
const WRONG_REGION = new Set([
  "PermanentRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
]);
const DAMAGED = new Set(["BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"]);
const FULL = new Set(["XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"]);
const TOO_BIG = new Set(["EntityTooLarge", "MaxSizeExceeded"]);
const PASSING = new Set([
  "SlowDown",
  "ServiceUnavailable",
  "InternalError",
  "RequestTimeout",
  "RequestTimeTooSlow",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
  "OperationAborted",
  "ConditionalRequestConflict",
]);

/** The error as MvError: unreachable, denied, too-big, no-space, bytes-wrong or interrupted. */
export function s3Failure(peer: Peer, bucket: string, error: unknown, answered: boolean): MvError {
  if (isMvError(error)) return error;
  if (isAbort(error)) return new MvError("interrupted", "Interrupted");
  const answer = answerOf(error);
  if (answer.status === 0) {
    return isCredentials(error) ? noCredentials(peer, error) : networkFailure(peer, error, answered);
  }
  const { code, status } = answer;
  const said = `${answer.words} (${code === "" ? "" : `${code}, `}HTTP ${status})`;
  const fail = (kind: "unreachable" | "denied" | "too-big" | "no-space", words: string, hint: string): MvError =>
    new MvError(kind, `${peer.name}: ${words}`, { hint, details: { remote: peer.name, code, status }, cause: error });

  if (WRONG_REGION.has(code) || status === 301) {
    const region = answer.region === undefined ? "" : `; its region is ${answer.region}`;
    const hint = `mv remote add ${peer.name} ${peer.url} --region ${answer.region ?? "REGION"}`;
    return fail("denied", `${bucket} is in another region${region}: ${said}`, hint);
  }
  if (code === "NoSuchBucket") {
    return fail("unreachable", `there is no bucket ${bucket}`, "make it, or correct the remote: mv remote list");
  }
  if (DAMAGED.has(code)) {
    return new MvError("bytes-wrong", `${peer.name}: bytes were damaged on the way, and refused: ${said}`, {
      hint: "repeat the command",
      details: { remote: peer.name, code, transient: true },
      cause: error,
    });
  }
  if (TOO_BIG.has(code) || status === 413) return fail("too-big", said, "another remote: mv remote add");
  if (FULL.has(code) || status === 507) return fail("no-space", said, `mv gc --remote ${peer.name}`);
  if (PASSING.has(code) || isPassing(status)) return passing(peer, said, answer.retryAfter, error);
  if (DENIED.has(code) || status === 401 || status === 403) return fail("denied", `${bucket}: ${said}`, wayOut(code));
  return fail("unreachable", `${peer.url} answers ${said}`, `mv remote test ${peer.name}`);
}

/** Where a redirect says that the bucket is; `isGuess`: the region that was asked is nobody's word, so a refusal may correct it. */
export function regionIn(error: unknown, isGuess: boolean): string | undefined {
  const { status, region } = answerOf(error);
  return status === 301 || status === 307 || (isGuess && status === 400) ? region : undefined;
}

/** Whether the error is an answer with that status, such as 404. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return statuses.includes(answerOf(error).status);
}

/** Whether the error is an answer with that code, such as NoSuchUpload. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(answerOf(error).code);
}

function answerOf(error: unknown): Answer {
  // Not all of them are enumerable.
  const field = (name: string): unknown =>
    typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
  const response = objectOf(field("$response"));
  const status = objectOf(field("$metadata"))["httpStatusCode"] ?? response["statusCode"];
  const name = error instanceof Error ? error.name : "";
  return {
    // The SDK puts in its own words where an answer has no body, as HEAD's.
    code: ["Error", "UnknownError", "Unknown", "", "SyntaxError"].includes(name) || /^\d+$/.test(name) ? "" : name,
    words: sayable((error instanceof Error && error.message !== "UnknownError" && error.message) || "no reason given"),
    status: typeof status === "number" ? status : 0,
    retryAfter: textOf(objectOf(response["headers"])["retry-after"]),
    region: textOf(field("Region")) ?? textOf(objectOf(response["headers"])["x-amz-bucket-region"]),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w ,:+-]{1,64}$/.test(value) ? value : undefined;
}

function isCredentials(error: unknown): boolean {
  return error instanceof Error && /Credential|TokenProvider|ProviderError|SSO/i.test(error.name);
}

function noCredentials(peer: Peer, error: unknown): MvError {
  const words = sayable(error instanceof Error ? error.message : "");
  return new MvError("denied", `${peer.name}: no AWS credentials: ${words}`, {
    hint: "aws configure, aws sso login, AWS_PROFILE=NAME, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    details: { remote: peer.name },
    cause: error,
  });
}

function wayOut(code: string): string {
  if (code === "ExpiredToken" || code === "InvalidToken") return "aws sso login, or new credentials";
  if (code === "RequestTimeTooSkewed") return "set the clock of this machine";
  if (code === "InvalidAccessKeyId" || code === "SignatureDoesNotMatch") return "check the key, or AWS_PROFILE";
  return "docs/remotes.md says which permissions each command needs";
}
