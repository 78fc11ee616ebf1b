// A bucket for a test: made on a server, opened as a remote with the server's keys in the environment.
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { randomUUID } from "node:crypto";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote, RemoteContext, RemoteSettings } from "../../src/remotes/remote.ts";
import type { RemoteUnderTest } from "../contracts/remote.ts";
import type { S3Server } from "./servers.ts";

/** What the SDK's own chain reads; nothing of this machine's AWS configuration counts in a test. */
export function useKeys({ accessKey, secretKey }: Pick<S3Server, "accessKey" | "secretKey">): void {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  });
}

export function s3Client({ endpoint }: Pick<S3Server, "endpoint">): S3Client {
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true });
}

export function s3Settings(server: Pick<S3Server, "endpoint">, bucket: string): RemoteSettings {
  return { url: `s3://${bucket}/team/models`, endpoint: server.endpoint, region: null, path_style: true };
}

/** A context of this process. `config`: Git's. */
export function remoteContext(config: Readonly<Record<string, string>> = {}): RemoteContext {
  return { root: "/", env: process.env, gitConfig: async (key) => config[key] ?? null };
}

/** A fresh bucket on a server, for the contract suite. */
export async function freshBucket(server: S3Server): Promise<RemoteUnderTest & { bucket: string }> {
  const bucket = `b-${randomUUID()}`;
  const client = s3Client(server);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const open = (): Promise<Remote> => openRemote("store", s3Settings(server, bucket), remoteContext());
  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: `team/models/${path}`, Body: bytes }));
  };
  return {
    bucket,
    remote: await open(),
    again: open,
    place: (sha256, bytes) => put(`objects/${sha256.slice(0, 2)}/${sha256}`, bytes),
    placeFile: put,
  };
}
