// Who signed the tags of releases and events, for mv verify: a finding for every tag that is not its tagger's own.
import type { Release } from "../../model/release.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import type { Problem } from "../verify/problem.ts";
import { checkSignatures, type SignatureCheck } from "./signature.ts";
import type { Signers } from "./signers.ts";

/** A tag that is ours, and what to call it. */
export interface SignedTag {
  tag: string;
  oid: string;
  /** "churn 1.0.0" */
  what: string;
}

export interface CheckedSignatures {
  problems: Problem[];
  of(oid: string): SignatureCheck | null;
}

/**
 * Checks these tags. `required`: an unsigned tag is a finding; otherwise only a signature that does not hold is. Warns of a
 * signature that only the tag's own date makes valid.
 */
export async function checkTagsSigned(
  project: Project,
  releases: Releases,
  tags: readonly SignedTag[],
  { signers, required }: { signers: Signers; required: boolean },
): Promise<CheckedSignatures> {
  const checks = await checkSignatures(
    project,
    tags.map(({ oid }) => oid),
    signers,
  );
  const problems: Problem[] = [];
  for (const { tag, oid, what } of tags) {
    const check = checks.get(oid);
    if (!check || check.why === null || (check.state === "unsigned" && !required)) continue;
    problems.push({ code: "signature", what, tag, message: check.why, hint: next(tag, check, signers) });
  }
  const late = releases.all.filter(({ oid }) => checks.get(oid)?.expired === true);
  for (const release of late) {
    if (await isVouchedFor(project, releases, release, signers)) continue;
    project.warn(
      `${release.tag} is signed by a key that has expired since: that it was signed before is the tag's own word, as no later release with a valid signature seals it`,
    );
  }
  return { problems, of: (oid) => checks.get(oid) ?? null };
}

function next(tag: string, { state, kind }: SignatureCheck, { source }: Signers): string {
  if (state === "unknown-signer" && kind === "ssh" && source === null) {
    return "git config mversion.allowedSigners COMMIT:PATH, or a file outside the repository";
  }
  return state === "unsigned" ? "mv tag --sign for the next one; this one stays as it is" : `git show ${quoted(tag)}`;
}

/** A release that seals this one was made after it; where its own signature is valid today, so is what it sealed then. */
async function isVouchedFor(
  project: Project,
  releases: Releases,
  release: Release,
  signers: Signers,
): Promise<boolean> {
  const sealers = releases.of(release.model).filter(({ seal }) => seal?.tag === release.oid);
  const checks = await checkSignatures(
    project,
    sealers.map(({ oid }) => oid),
    signers,
  );
  return [...checks.values()].some(({ state, expired }) => state === "good" && !expired);
}
