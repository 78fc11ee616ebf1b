// A bucket as a remote: the contract, on a server that keeps to conditions and checks hashes, and on one that does neither.
import { afterEach, beforeAll } from "vitest";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote } from "../../src/remotes/remote.ts";
import { type BucketServer, startBucketServer } from "../helpers/bucket-server.ts";
import { remoteContext, s3Settings, useKeys } from "../helpers/s3.ts";
import { remoteContract, type RemoteUnderTest } from "./remote.ts";
import { storeLockContract } from "./store-locks.ts";

beforeAll(() => useKeys({ accessKey: "key", secretKey: "secret" }));

const made: BucketServer[] = [];
afterEach(async () => {
  for (const server of made.splice(0)) await server.close();
});

const MiB = 1024 * 1024;
const kinds = {
  careful: { isCareless: false, options: {} },
  careless: { isCareless: true, options: { many: 20, sizes: [0, 1, 8 * MiB + 1] } },
};

for (const [kind, { isCareless, options }] of Object.entries(kinds)) {
  const open = async (): Promise<RemoteUnderTest> => {
    const server = await startBucketServer();
    made.push(server);
    Object.assign(server, { ignoresConditions: isCareless, ignoresHashes: isCareless });
    const again = (): Promise<Remote> => openRemote("store", s3Settings(server, "bucket"), remoteContext());
    const placeFile = (path: string, bytes: Uint8Array): void => {
      server.keys.set(`team/models/${path}`, { bytes: Buffer.from(bytes), etag: '"placed"', modified: new Date() });
    };
    return {
      remote: await again(),
      again,
      place: (sha256, bytes) => placeFile(`objects/${sha256.slice(0, 2)}/${sha256}`, bytes),
      placeFile,
    };
  };
  remoteContract(`s3 on a ${kind} server`, open, options);
  storeLockContract(`s3 on a ${kind} server`, open);
}
