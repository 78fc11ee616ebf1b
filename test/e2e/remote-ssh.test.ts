// The SSH remote on OpenSSH's own server: the contract, and what is true of SSH alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { placeInFolder, remoteContract } from "../contracts/remote.ts";
import { type Sshd, startSshd } from "../helpers/sshd.ts";

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mv-store-"));
  made.push(folder);
  return folder;
}

function openAt(url: string, env: NodeJS.ProcessEnv = sshd.env): Promise<Remote> {
  const settings = { url, endpoint: null, region: null, path_style: false };
  return openRemote("store", settings, { root: "/", env, gitConfig: async () => null });
}

remoteContract("over SSH", async () => {
  const folder = newFolder();
  const open = (): Promise<Remote> => openAt(sshd.url(folder));
  return { remote: await open(), again: open, ...placeInFolder(folder) };
});
