// A Git LFS server as a remote: the contract, on a server of the tests' own.
import { afterEach } from "vitest";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { type LfsServer, startLfsServer } from "../helpers/lfs-server.ts";
import { remoteContract } from "./remote.ts";

const servers: LfsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

remoteContract("lfs", async () => {
  const server = await startLfsServer();
  servers.push(server);
  const again = (): Promise<Remote> =>
    openRemote(
      "store",
      { url: `lfs+${server.url}`, endpoint: null, region: null, path_style: false },
      { root: "/", env: {}, gitConfig: async () => null },
    );
  return {
    remote: await again(),
    again,
    place(sha256, bytes) {
      server.objects.set(sha256, Buffer.from(bytes));
    },
  };
});
