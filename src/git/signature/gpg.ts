// OpenPGP signatures, judged by gpg against the user's own keyring; nothing is fetched. Lines of gpg's status output are those of
// GnuPG's doc/DETAILS.
import type { Tagger } from "../../model/tag-object.ts";
import { say } from "./programs.ts";
import type { Verdict } from "./verdict.ts";

export interface GpgTrust {
  /** As Git's gpg.program. */
  program: string;
  /** As Git's gpg.minTrustLevel; null: any but "never". */
  minTrust: string | null;
}

const LEVELS = ["never", "undefined", "marginal", "fully", "ultimate"];
const QUIET = ["--batch", "--no-tty"];

/** A key is the tagger's where one of its user ids, neither revoked nor expired, has their address. */
export async function checkGpg(
  { payload, file, tagger }: { payload: Buffer; file: string; tagger: Tagger },
  trust: GpgTrust | null,
): Promise<Verdict> {
  const unknown = (why: string, key: string | null = null): Verdict => ({
    state: "unknown-signer",
    principal: null,
    key,
    why,
    expired: false,
  });
  if (trust === null) return unknown("it is signed by gpg, and nothing here says whose keys count");
  const flags = [...QUIET, "--status-fd=1", "--no-auto-key-retrieve", "--verify", file, "-"];
  const said = statusLines((await say(trust.program, flags, payload)).stdout);
  const verdicts = ["GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG"].flatMap((word) =>
    said.filter(([first]) => first === word),
  );
  const [verdict, ...more] = verdicts;
  if (verdict === undefined || more.length > 0 || verdict[0] === "BADSIG" || verdict[0] === "EXPSIG") {
    const why = verdict?.[0] === "EXPSIG" ? "its signature has expired" : "its signature is not of these bytes";
    return { state: "bad", principal: null, key: verdict?.[1] ?? null, why, expired: false };
  }
  const [, id = ""] = verdict;
  if (verdict[0] === "ERRSIG") return unknown(`it is signed by ${id}, a key that is not in your keyring`, id);
  const [, key = id, , signedAt = "0", ...rest] = said.find(([first]) => first === "VALIDSIG") ?? [];
  if (verdict[0] === "REVKEYSIG") return unknown(`it is signed by ${key}, a key that was revoked`, key);

  const listed = await listKey(trust.program, rest.at(-1) ?? key, key);
  const expiry = listed.expiries.filter((seconds) => seconds > 0 && seconds <= Number(signedAt));
  if (expiry.length > 0) return unknown(`it was signed by ${key} after that key had expired`, key);
  const level = said
    .find(([first]) => first?.startsWith("TRUST_"))?.[0]
    ?.slice("TRUST_".length)
    .toLowerCase();
  const wanted = trust.minTrust?.toLowerCase() ?? "undefined";
  // gpg says nothing of how far an expired key is trusted: it passes only where nobody asks for trust.
  if (level === undefined ? trust.minTrust !== null : LEVELS.indexOf(level) < LEVELS.indexOf(wanted)) {
    return unknown(`it is signed by ${key}, which your keyring trusts less than ${wanted}`, key);
  }
  const own = listed.emails.find((email) => email.toLowerCase() === tagger.email.toLowerCase());
  const [principal = null] = listed.emails;
  if (own === undefined) {
    const whose = principal ?? `a key without an address, ${key},`;
    return {
      state: "not-tagger",
      principal,
      key,
      why: `it is signed by ${whose}, not by its tagger ${tagger.email}`,
      expired: false,
    };
  }
  return { state: "good", principal: own, key, why: null, expired: verdict[0] === "EXPKEYSIG" };
}

function statusLines(text: string): string[][] {
  return text.split("\n").flatMap((line) => (line.startsWith("[GNUPG:] ") ? [line.slice(9).split(" ")] : []));
}

/**
 * Addresses of a primary key's usable user ids, and when it and the (sub)key `signing` expire: seconds since 1970, 0 is never.
 */
async function listKey(
  program: string,
  primary: string,
  signing: string,
): Promise<{ emails: string[]; expiries: number[] }> {
  const { stdout } = await say(program, [...QUIET, "--with-colons", "--list-keys", primary], null);
  const emails: string[] = [];
  const expiries: number[] = [];
  let [primaryExpired, expires] = [false, 0];
  for (const line of stdout.split("\n")) {
    const [type, validity = "", , , , , expiry, , , text = ""] = line.split(":");
    if (type === "pub" || type === "sub") expires = Number(expiry ?? 0);
    if (type === "pub") primaryExpired = validity === "e";
    if (type === "fpr" && (text === primary || text === signing)) expiries.push(expires);
    // A key that has expired takes its user ids with it; whether it was valid then is judged by its own date.
    const isUsable = !["r", "n", ...(primaryExpired ? [] : ["e"])].includes(validity);
    if (type === "uid" && isUsable) emails.push(emailIn(text));
  }
  return { emails, expiries };
}

function emailIn(id: string): string {
  const text = id.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return /<([^<>]*)>$/.exec(text)?.[1] ?? text;
}
