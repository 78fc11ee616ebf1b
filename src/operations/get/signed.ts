// --verify-signature of mv get: whoever released a version, and whoever put it on the stage that it was asked for by, must have
// signed that themselves.
import { resolve } from "node:path";
import { MvError } from "../../errors.ts";
import type { SignatureCheck } from "../../git/signature.ts";
import type { Surroundings } from "../project.ts";
import { quoted } from "../targets.ts";
import type { Assigned, Got } from "./source.ts";

export interface ToBeSigned {
  releases: readonly Got[];
  /** Of a stage: what says which releases these are. */
  assigned: Assigned | null;
}

/**
 * Checks the tags of an assignment and of its releases against an allowed-signers file, as of each tag's own date; the user's
 * gpg.ssh.revocationFile counts, too. Throws signature for the first that is not signed by its tagger, no-read.
 */
export async function requireSigned(
  { releases, assigned }: ToBeSigned,
  file: string,
  { cwd, now }: Pick<Surroundings, "cwd" | "now">,
): Promise<void> {
  const [{ checkTagSignatures }, { readSignersFile }, revokedKeys] = await Promise.all([
    import("../../git/signature.ts"),
    import("../trust/signers.ts"),
    readRevoked(cwd),
  ]);
  const allowedSigners = readSignersFile(resolve(cwd, file), "--verify-signature");
  const trust = { allowedSigners, revokedKeys, gpg: null, now: now?.() ?? new Date() };
  const tags = [
    ...(assigned === null ? [] : [{ tag: assigned.assignment.tag, raw: assigned.raw }]),
    ...releases.map(({ release, raw }) => ({ tag: release.tag, raw })),
  ];
  const checks = await checkTagSignatures(
    tags.map(({ raw }) => raw),
    trust,
  );
  for (const [at, { tag }] of tags.entries()) {
    const check = checks[at];
    if (check?.why === null) continue;
    throw refusal(tag, check, tag === assigned?.assignment.tag ? assigned : null);
  }
}

async function readRevoked(cwd: string): Promise<Buffer | null> {
  const key = "gpg.ssh.revocationFile";
  const [{ userConfig }, { readSignersFile }] = await Promise.all([
    import("../../git/user-config.ts"),
    import("../trust/signers.ts"),
  ]);
  const path = await userConfig(key, "path");
  return path === null || path === "" ? null : readSignersFile(resolve(cwd, path), key);
}

/** `of`: the assignment, where it is the one that is refused. */
function refusal(tag: string, check: SignatureCheck | undefined, of: Assigned | null): MvError {
  const { state, why } = check ?? { state: "bad", why: "it cannot be read" };
  return new MvError("signature", `${tag}: ${why}`, { hint: next(tag, state, of), details: { tag, state } });
}

function next(tag: string, state: SignatureCheck["state"], of: Assigned | null): string {
  const look = `git cat-file tag ${quoted(tag)}, in a clone, shows who made it and what is signed`;
  if (state === "unknown-signer") return `the line of its tagger in the file of --verify-signature; ${look}`;
  if (of === null) return look;
  const { stage, model, baseline } = of.assignment;
  if (state === "unsigned") {
    return `signed: true at stages.${stage} of .mversion.yaml, then in a clone: mv promote ${model}@v${baseline} ${stage} --push -m WHY`;
  }
  return look;
}
