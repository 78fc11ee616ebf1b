// The S3 remote on real servers: the whole contract on a careful one and on a careless one.
import { hash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshBucket, useKeys } from "../helpers/s3.ts";
import { type S3Server, startMoto, startVersitygw } from "../helpers/servers.ts";
import { remoteContract } from "../contracts/remote.ts";
import { storeLockContract } from "../contracts/store-locks.ts";

const servers = { versitygw: startVersitygw, moto: startMoto };

for (const [name, start] of Object.entries(servers)) {
  describe(name, () => {
    let server: S3Server;
    beforeAll(async () => {
      server = await start();
      useKeys(server);
    });
    afterAll(() => server.stop());

    remoteContract(`s3 on ${name}`, () => freshBucket(server));
    storeLockContract(`s3 on ${name}`, () => freshBucket(server));

    test("an upload that was interrupted is gone on with by another process", async () => {
      const folder = mkdtempSync(join(tmpdir(), "mv-resume-"));
      const { remote, again } = await freshBucket(server);
      const bytes = randomBytes(60 * 1024 * 1024);
      const file = join(folder, "large");
      writeFileSync(file, bytes);
      const object = { sha256: hash("sha256", bytes), size: bytes.length, file };
      const stop = new AbortController();
      let [first, second] = [0, 0];
      const onBytes = (count: number): void => {
        first += count;
        stop.abort();
      };
      await expect(remote.send([object], { jobs: 1, signal: stop.signal, onBytes })).rejects.toMatchObject({
        code: "interrupted",
      });
      expect(await remote.has([object])).toEqual(new Set());
      const other = await again();
      await other.send([object], { jobs: 1, onBytes: (count) => (second += count) });
      expect(first).toBeGreaterThan(0);
      expect(second).toBeLessThanOrEqual(bytes.length - first);
      const back = join(folder, "back");
      await other.receive([{ ...object, file: back }], { jobs: 1 });
      expect(readFileSync(back).equals(bytes)).toBe(true);
      await Promise.all([remote.close(), other.close()]);
      rmSync(folder, { recursive: true, force: true });
    });
  });
}

describe("a server that checks who asks", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startVersitygw();
    useKeys(server);
  });
  afterAll(() => server.stop());

  test.for([
    ["a wrong secret", { AWS_SECRET_ACCESS_KEY: "wrong-secret" }, "denied", /SignatureDoesNotMatch/],
    ["an unknown key", { AWS_ACCESS_KEY_ID: "nobody" }, "denied", /InvalidAccessKeyId/],
    ["another region", { AWS_REGION: "eu-west-1" }, "denied", /another region/],
  ] as const)("%s is refused in the server's words, however it is asked", async ([, env, code, words]) => {
    const { remote, again } = await freshBucket(server);
    await remote.close();
    Object.assign(process.env, env);
    try {
      const stranger = await again();
      const object = { sha256: "0".repeat(64), size: 1 };
      const refused = { code, message: expect.stringMatching(words) as string };
      await expect(stranger.has([object])).rejects.toMatchObject(refused);
      await expect(stranger.readFile("mversion.json", 100)).rejects.toMatchObject(refused);
      await expect(stranger.has(Array.from({ length: 9 }, (_, at) => ({ ...object, size: at })))).rejects.toThrow(
        words,
      );
      await stranger.close();
    } finally {
      useKeys(server);
    }
  });
});
