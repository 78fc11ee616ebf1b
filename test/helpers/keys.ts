// Keys made for one test file: for signing tags by ssh, and bundles.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchDir, type TestRepo } from "./git.ts";

export interface SshKey {
  /** Path of the private key; the public one is beside it. */
  path: string;
  /** "ssh-ed25519 AAAA… name" */
  publicLine: string;
}

/** Needs ssh-keygen. */
export function sshKey(name: string, options: { type?: string; bits?: number; passphrase?: string } = {}): SshKey {
  const path = join(scratchDir("key"), name);
  const { type = "ed25519", bits, passphrase = "" } = options;
  const size = bits === undefined ? [] : ["-b", String(bits)];
  execFileSync("ssh-keygen", ["-q", "-t", type, ...size, "-N", passphrase, "-C", name, "-f", path]);
  return { path, publicLine: readFileSync(`${path}.pub`, "utf8").trim() };
}

/** An allowed-signers file outside every repository. */
export function allowedSigners(...lines: string[]): string {
  const path = join(scratchDir("signers"), "allowed");
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** Sets a repository up to sign by ssh where it is asked to. */
export function signWith(repo: TestRepo, key: SshKey): void {
  repo.git("config", "gpg.format", "ssh");
  repo.git("config", "user.signingKey", key.path);
}
