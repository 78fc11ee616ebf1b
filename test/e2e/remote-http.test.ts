// The HTTP remote on nginx: the whole contract, ranges as a real server gives them, and a login of .netrc.
import { hash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { startNginx, type StaticServer } from "../helpers/servers.ts";
import { placeInFolder, remoteContract } from "../contracts/remote.ts";

function open(url: string, env: NodeJS.ProcessEnv = {}): Promise<Remote> {
  const settings = { url, endpoint: null, region: null, path_style: false };
  return openRemote("web", settings, { root: "/", env, gitConfig: async () => null });
}

describe("nginx", () => {
  let server: StaticServer;
  beforeAll(async () => {
    server = await startNginx();
  });
  afterAll(() => server.stop());

  let count = 0;
  remoteContract("http on nginx", async () => {
    const store = `store-${(count += 1)}`;
    mkdirSync(join(server.root, store));
    const again = (): Promise<Remote> => open(`${server.url}/${store}`);
    return { remote: await again(), again, ...placeInFolder(join(server.root, store)) };
  });
});

test("nginx that compresses and wants a login", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mv-login-"));
  writeFileSync(join(folder, "users"), "ada:{PLAIN}s3cret\n");
  writeFileSync(
    join(folder, "netrc"),
    "machine other login x password y\nmachine 127.0.0.1\n  login ada\n  password s3cret\n",
  );
  const server = await startNginx(
    `auth_basic store; auth_basic_user_file ${folder}/users; gzip on; gzip_types *; gzip_min_length 1;`,
  );
  try {
    const bytes = Buffer.concat([Buffer.alloc(100_000, "text "), randomBytes(1000)]);
    const object = { sha256: hash("sha256", bytes), size: bytes.length };
    placeInFolder(server.root).place(object.sha256, bytes);
    const stranger = await open(server.url);
    await expect(stranger.has([object])).rejects.toMatchObject({ code: "denied" });
    const remote = await open(server.url, { NETRC: join(folder, "netrc") });
    expect(await remote.has([object])).toEqual(new Set([object.sha256]));
    const file = join(folder, "incoming");
    writeFileSync(file, bytes.subarray(0, 1234));
    await remote.receive([{ ...object, file }], { jobs: 1 });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
