// A web server as a remote: the contract, read-only.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { startWebServer, type WebServer } from "../helpers/web-server.ts";
import { placeInFolder, remoteContract } from "./remote.ts";

const made: { folder: string; server: WebServer }[] = [];
afterEach(async () => {
  for (const { folder, server } of made.splice(0)) {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

remoteContract("http", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mv-www-"));
  const server = await startWebServer(folder);
  made.push({ folder, server });
  const settings = { url: `${server.url}/team/models`, endpoint: null, region: null, path_style: false };
  const again = (): Promise<Remote> => openRemote("web", settings, { root: "/", env: {}, gitConfig: async () => null });
  return { remote: await again(), again, ...placeInFolder(join(folder, "team", "models")) };
});
