// Whether a tag object is signed, and by its tagger: by ssh-keygen alone, so that it needs neither a repository nor Git's config.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";

const BEGIN = "-----BEGIN SSH SIGNATURE-----";

/**
 * Null where the tag is signed by ssh with a key that the allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS) gives to
 * `principal` for the namespace "git"; else why not.
 */
export async function verifySigned(raw: Buffer, principal: string, allowedSigners: string): Promise<string | null> {
  const at = raw.lastIndexOf(`\n${BEGIN}`) + 1;
  if (at === 0) {
    return /^-----BEGIN PGP /m.test(raw.toString("latin1"))
      ? "it is signed by gpg, which an allowed-signers file says nothing of"
      : "it is not signed";
  }
  const folder = await mkdtemp(join(tmpdir(), "mversion-signature-"));
  try {
    const signature = join(folder, "signature");
    await writeFile(signature, raw.subarray(at));
    const flags = ["-f", allowedSigners, "-I", principal, "-n", "git", "-s", signature];
    const answer = await keygen(["-Y", "verify", ...flags], raw.subarray(0, at));
    return answer === null ? null : `it is not signed by its tagger ${principal}: ${answer}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Null where ssh-keygen ends well, else its words. */
function keygen(args: readonly string[], input: Buffer): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn("ssh-keygen", args, { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", (error) => resolve(`ssh-keygen cannot be started: ${error.message}`));
    child.once("close", (status) => resolve(status === 0 ? null : said.trim().split("\n").at(-1) || "no answer"));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
