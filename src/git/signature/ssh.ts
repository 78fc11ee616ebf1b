// SSH signatures, judged by ssh-keygen against an allowed-signers file as of the tag's date.
import type { Tagger } from "../../model/tag-object.ts";
import { say, type Said } from "./programs.ts";
import type { Verdict } from "./verdict.ts";

export interface SshTrust {
  /** Path of the allowed-signers file. */
  allowed: string | null;
  /** Whether a line of it says valid-before. */
  mayExpire: boolean;
  revoked: string | null;
  now: Date;
}

/** A line of the file may have any number of names. */
const MOST_PRINCIPALS = 20;

/** One call where all is well; the others find out what is not. `date` in seconds since 1970. */
export async function checkSsh(
  signed: { payload: Buffer; file: string; tagger: Tagger },
  date: number,
  trust: SshTrust,
): Promise<Verdict> {
  const { payload, file, tagger } = signed;
  const { allowed } = trust;
  const keygen = (what: string, args: readonly string[], input: Uint8Array | null = payload): Promise<Said> =>
    say("ssh-keygen", ["-Y", what, "-s", file, ...args], input);
  const revoked = trust.revoked === null ? [] : ["-r", trust.revoked];
  const isOf = (principal: string, at: Date): Promise<Said> =>
    keygen("verify", ["-n", "git", "-f", allowed ?? "", "-I", principal, ...revoked, ...asOf(at)]);
  const then = new Date(date * 1000);

  const verified = allowed === null ? null : await isOf(tagger.email, then);
  if (verified?.status === 0) {
    const expired = trust.mayExpire && (await isOf(tagger.email, trust.now)).status !== 0;
    return { state: "good", principal: tagger.email, key: keyIn(verified), why: null, expired };
  }
  const signature = await keygen("check-novalidate", ["-n", "git"]);
  const key = keyIn(signature);
  const nobody = { principal: null, key, expired: false };
  if (signature.status !== 0) {
    return { state: "bad", ...nobody, why: `its signature is not of these bytes: ${signature.words}` };
  }
  if (allowed === null || verified === null) {
    return { state: "unknown-signer", ...nobody, why: `nothing here says who may sign; the key is ${key}` };
  }
  const found = await keygen("find-principals", ["-f", allowed, ...asOf(then)], null);
  const principals = found.status === 0 ? found.stdout.split("\n").filter(Boolean) : [];
  for (const principal of principals.slice(0, MOST_PRINCIPALS)) {
    if ((await isOf(principal, then)).status !== 0) continue;
    const why = `it is signed by ${principal}, not by its tagger ${tagger.email}`;
    return { state: "not-tagger", principal, key, why, expired: false };
  }
  const reason = verified.words === "" ? "" : ` (${verified.words})`;
  const why = `it is signed by ${key}, a key that was not allowed to ${tagger.email} at its date${reason}`;
  return { state: "unknown-signer", ...nobody, why };
}

/** ssh-keygen reads a time without "Z" in the local zone, as this process does, and before 9.1 knows no "Z". */
function asOf(time: Date): string[] {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return ["-O", `verify-time=${day}${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`];
}

function keyIn({ stdout }: Said): string | null {
  return /SHA256:[A-Za-z0-9+/]+/.exec(stdout)?.[0] ?? null;
}
