// Whether a tag object is signed, and by its tagger. Asks ssh-keygen and gpg themselves: Git accepts anybody who is listed, while
// here only the tagger's own signature counts. Needs no repository.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { readTagObject } from "../model/tag-object.ts";
import { type GpgTrust, checkGpg } from "./signature/gpg.ts";
import { periodsOf } from "./signature/periods.ts";
import { type Signed, takeSigned } from "./signature/signed.ts";
import { checkSsh } from "./signature/ssh.ts";
import { isMadeBy, readSshSignature } from "./signature/sshsig.ts";
import type { SignatureCheck } from "./signature/verdict.ts";

export type { SignatureCheck } from "./signature/verdict.ts";

/** Who may sign. What is null can vouch for nobody. */
export interface Trust {
  /** An allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS); only keys for the namespace "git" count. */
  allowedSigners: Uint8Array | null;
  /** Revoked keys (ssh-keygen(1), KEY REVOCATION LISTS). */
  revokedKeys: Uint8Array | null;
  /** The user's own keyring. */
  gpg: GpgTrust | null;
  now: Date;
}

/** At most so many programs at once. */
const JOBS = Math.max(4, availableParallelism());

/** Checks one raw tag object; see `checkTagSignatures`. */
export async function checkTagSignature(raw: Uint8Array, trust: Trust): Promise<SignatureCheck> {
  const [check] = await checkTagSignatures([raw], trust);
  return check ?? bad("it is no tag");
}

/**
 * Checks raw tag objects, in their order. An allowed key counts where its valid-after and valid-before include the tag's date.
 * Throws MvError "signature" where the program that would tell cannot be started.
 */
export async function checkTagSignatures(raws: readonly Uint8Array[], trust: Trust): Promise<SignatureCheck[]> {
  const folder = await mkdtemp(join(tmpdir(), "mversion-signature-"));
  try {
    const [allowed, revoked] = [join(folder, "allowed"), join(folder, "revoked")];
    if (trust.allowedSigners !== null) await writeFile(allowed, trust.allowedSigners);
    if (trust.revokedKeys !== null) await writeFile(revoked, trust.revokedKeys);
    const ssh = {
      allowed: trust.allowedSigners === null ? null : allowed,
      mayExpire: trust.allowedSigners !== null && Buffer.from(trust.allowedSigners).includes("valid-before"),
      revoked: trust.revokedKeys === null ? null : revoked,
      now: trust.now,
    };
    const check = createChecker(folder, ssh, trust);
    const checks: SignatureCheck[] = [];
    const waiting = raws.entries();
    const work = async (): Promise<void> => {
      for (const [at, raw] of waiting) checks[at] = await check(raw, at);
    };
    await Promise.all(Array.from({ length: Math.min(JOBS, raws.length) }, work));
    return checks;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type SshTrust = Parameters<typeof checkSsh>[2];

/**
 * Of many tags that one person signed with one key, ssh-keygen is asked about one: what it says of the key holds for all within one
 * period of the allowed-signers file. Whether the others are signed by that key is a matter of arithmetic.
 */
function createChecker(
  folder: string,
  ssh: SshTrust,
  { allowedSigners, gpg }: Trust,
): (raw: Uint8Array, at: number) => Promise<SignatureCheck> {
  const known = new Map<string, Promise<SignatureCheck>>();
  const periodOf = allowedSigners === null ? null : periodsOf(allowedSigners);

  return async (raw, at) => {
    const signed = takeSigned(raw);
    const tagger = readTagObject(raw)?.tagger;
    const ask = (): Promise<SignatureCheck> => checkOne(raw, signed, join(folder, `signature-${at}`), ssh, gpg);
    const ours = signed?.kind === "ssh" && signed.whole ? readSshSignature(signed.signature) : null;
    const period = tagger && periodOf ? periodOf(tagger.date) : null;
    if (!ours || !signed || !tagger || period === null) return ask();
    const group = [ours.key, period, tagger.email].join(" ");
    const first = known.get(group);
    const before = first === undefined ? null : await first;
    if (before?.state === "good" && isMadeBy(ours, signed.payload)) return { ...before };
    const asked = ask();
    // Before anything is waited for: whoever comes next waits for this one.
    if (first === undefined) known.set(group, asked);
    const found = await asked;
    if (found.state === "good") known.set(group, asked);
    return found;
  };
}

async function checkOne(
  raw: Uint8Array,
  signed: Signed | null,
  file: string,
  ssh: SshTrust,
  gpg: GpgTrust | null,
): Promise<SignatureCheck> {
  const tagger = readTagObject(raw)?.tagger;
  // An address goes to a program as an argument.
  if (!tagger || /\p{Cc}/u.test(tagger.email)) return bad("it is no tag of mversion, or names no tagger");
  if (signed === null) {
    return { state: "unsigned", principal: null, key: null, kind: null, why: "it is not signed", expired: false };
  }
  const { kind } = signed;
  // Programs stop reading at the end of a signature, and a reader of the tag does not.
  if (!signed.whole) return { ...bad("something stands in or behind its signature that does not belong there"), kind };
  if (kind === "x509") {
    const why = "it is signed by X.509 (gpgsm), which mversion cannot tell of: git verify-tag can";
    return { state: "unknown-signer", principal: null, key: null, kind, why, expired: false };
  }
  await writeFile(file, signed.signature);
  const about = { payload: signed.payload, file, tagger };
  return { kind, ...(kind === "ssh" ? await checkSsh(about, tagger.date, ssh) : await checkGpg(about, gpg)) };
}

function bad(why: string): SignatureCheck {
  return { state: "bad", principal: null, key: null, kind: null, why, expired: false };
}
