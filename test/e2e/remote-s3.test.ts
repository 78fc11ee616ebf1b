// The S3 remote on real servers: the whole contract on a careful one and on a careless one.
import { afterAll, beforeAll, describe } from "vitest";
import { freshBucket, useKeys } from "../helpers/s3.ts";
import { type S3Server, startMoto, startVersitygw } from "../helpers/servers.ts";
import { remoteContract } from "../contracts/remote.ts";

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
  });
}
