// An S3 server that fails on purpose: what it holds is whole or absent, what is begun is gone on with, and its words are passed on.
import { hash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isMvError, type MvError } from "../../src/errors.ts";
import type { Remote, Transfer } from "../../src/remotes/remote.ts";
import { withRetry } from "../../src/remotes/retry.ts";
import { openS3 } from "../../src/remotes/s3.ts";
import { type BucketServer, fail, startBucketServer } from "../helpers/bucket-server.ts";
import { remoteContext, s3Settings, useKeys } from "../helpers/s3.ts";

const MiB = 1024 * 1024;

let folder: string;
let server: BucketServer;
let remote: Remote;
let waits: number[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mv-s3-"));
  useKeys({ accessKey: "key", secretKey: "s3cret-key" });
  server = await startBucketServer();
  waits = [];
  remote = await open();
});
afterEach(async () => {
  await remote.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Remote> {
  const context = remoteContext({ "mversion.timeout": "1" });
  const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  return withRetry(await openS3("store", s3Settings(server, "bucket"), context), { wait });
}

function object(bytes: Uint8Array): Transfer {
  const sha256 = hash("sha256", bytes);
  const file = join(folder, sha256);
  writeFileSync(file, bytes);
  return { sha256, size: bytes.length, file };
}

function objects(count: number): Transfer[] {
  return Array.from({ length: count }, (_, at) => object(Buffer.from(`object ${at}`)));
}

const keyOf = ({ sha256 }: Transfer): string => `team/models/objects/${sha256.slice(0, 2)}/${sha256}`;
const stored = (of: Transfer): Buffer | undefined => server.keys.get(keyOf(of))?.bytes;
const asked = (verb: string): string[] => server.asked.filter((what) => what.startsWith(verb));

async function failure(work: Promise<unknown>): Promise<MvError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isMvError(error)) throw new Error("it did not fail as it should", { cause: error });
  return error;
}

const times = (count: number): (() => boolean) => {
  let left = count;
  return () => (left -= 1) >= 0;
};

describe("a large object", () => {
  let sent: Transfer;
  beforeEach(() => {
    sent = object(randomBytes(3 * 8 * MiB + 5));
  });

  test("whose upload broke off goes on with the parts that are there", async () => {
    server.fault = (_, response, what) => what === "PART 3" && (fail(response, 400, "Odd", "no"), true);
    expect((await failure(remote.send([sent], { jobs: 1 }))).code).toBe("unreachable");
    expect(server.keys.size).toBe(0);
    expect(server.uploads.size).toBe(1);
    server.fault = null;
    server.asked.length = 0;
    let bytes = 0;
    const other = await open();
    await other.send([sent], { jobs: 1, onBytes: (count) => (bytes += count) });
    await other.close();
    expect(asked("BEGIN")).toEqual([]);
    expect(asked("PART ")).not.toContain("PART 1");
    expect(bytes).toBeLessThan(sent.size);
    expect(stored(sent)?.equals(readFileSync(sent.file))).toBe(true);
    expect(server.uploads.size).toBe(0);
  });

  test("does not take over a part with other bytes, of the right length", async () => {
    server.uploads.set("old", {
      key: keyOf(sent),
      parts: new Map([[1, { bytes: randomBytes(8 * MiB), etag: '"0"', modified: new Date() }]]),
    });
    await remote.send([sent], { jobs: 1 });
    expect(asked("PART ")).toContain("PART 1");
    expect(stored(sent)?.equals(readFileSync(sent.file))).toBe(true);
  });

  test("whose upload another ends meanwhile is sent all the same", async () => {
    const first = times(1);
    server.fault = (_, __, what) => {
      if (what === "PART 2" && first()) server.uploads.clear();
      return false;
    };
    await remote.send([sent], { jobs: 1 });
    expect(stored(sent)?.equals(readFileSync(sent.file))).toBe(true);
  });

  test("with other bytes than its name is refused, and its upload is taken back", async () => {
    writeFileSync(sent.file, randomBytes(sent.size));
    expect((await failure(remote.send([sent], { jobs: 1 }))).code).toBe("bytes-wrong");
    expect([server.keys.size, server.uploads.size]).toEqual([0, 0]);
  });

  test("is received in order, so that what an interruption leaves is a first part of it", async () => {
    await remote.send([sent], { jobs: 1 });
    const all = readFileSync(sent.file);
    const wanted = { ...sent, file: join(folder, "incoming") };
    server.fault = (request, response) =>
      request.headers.range?.startsWith(`bytes=${2 * 8 * MiB}-`) === true &&
      (fail(response, 403, "AccessDenied", "no"), true);
    expect((await failure(remote.receive([wanted], { jobs: 1 }))).code).toBe("denied");
    const part = readFileSync(wanted.file);
    expect(part.length).toBe(2 * 8 * MiB);
    expect(part.equals(all.subarray(0, part.length))).toBe(true);
    server.fault = null;
    let bytes = 0;
    await remote.receive([wanted], { jobs: 1, onBytes: (count) => (bytes += count) });
    expect(bytes).toBe(sent.size - part.length);
    expect(readFileSync(wanted.file).equals(all)).toBe(true);
  });
});

describe("bytes on the way", () => {
  test("that arrive damaged are refused by the server, and sent again", async () => {
    const sent = object(Buffer.from("right bytes"));
    const first = times(1);
    server.fault = (_, response, what) =>
      what.startsWith("PUT") && first() && (fail(response, 400, "BadDigest", "The checksum differs"), true);
    await remote.send([sent], { jobs: 1 });
    expect(waits).toHaveLength(1);
    expect(stored(sent)).toEqual(Buffer.from("right bytes"));
  });

  test("carry the hash of the object's name, in the signature too", async () => {
    const sent = object(Buffer.from("right bytes"));
    const seen: Record<string, unknown>[] = [];
    server.fault = (request) => {
      seen.push(request.headers);
      return false;
    };
    await remote.send([sent], { jobs: 1 });
    expect(seen.at(-1)).toMatchObject({
      "x-amz-content-sha256": sent.sha256,
      "x-amz-checksum-sha256": Buffer.from(sent.sha256, "hex").toString("base64"),
    });
  });

  test.for([
    ["ends early", (bytes: Buffer) => bytes.subarray(0, 5), "unreachable"],
    ["is longer", (bytes: Buffer) => Buffer.concat([bytes, bytes]), "bytes-wrong"],
  ] as const)("an answer that %s is not taken for the object", async ([, change, code]) => {
    const sent = object(Buffer.from("all of the bytes"));
    await remote.send([sent], { jobs: 1 });
    server.fault = (_, response, what) => {
      if (!what.startsWith("GET")) return false;
      const body = change(Buffer.from("all of the bytes"));
      response.writeHead(200, { "content-length": Math.max(body.length, sent.size) });
      response.write(body, () => response.socket?.end());
      return true;
    };
    const wanted = { ...sent, file: join(folder, "incoming") };
    expect((await failure(remote.receive([wanted], { jobs: 1 }))).code).toBe(code);
    expect(existsSync(wanted.file)).toBe(false);
    expect(await remote.read(sent.sha256, 100).catch((error: unknown) => isMvError(error) && error.code)).not.toEqual(
      Buffer.from("all of the bytes").subarray(0, 5),
    );
  });
});

describe("what a server says", () => {
  test("503 with Retry-After is waited for; no object is sent twice", async () => {
    const sent = objects(3);
    const first = times(1);
    server.fault = (_, response, what) =>
      what === `PUT ${keyOf(sent[1] as Transfer)}` &&
      first() &&
      (fail(response, 503, "SlowDown", "Reduce your rate", { "retry-after": "7" }), true);
    await remote.send(sent, { jobs: 1 });
    expect(waits).toEqual([7000]);
    expect(asked("PUT")).toHaveLength(4);
  });

  test("silence is ended after the time of mversion.timeout, and repeated", async () => {
    const first = times(1);
    server.fault = (_, __, what) => what.startsWith("PUT") && first();
    await remote.send(objects(1), { jobs: 1 });
    expect(waits).toHaveLength(1);
  });

  test.for([
    [403, "AccessDenied", "You may not", "denied", "store: bucket: You may not (AccessDenied, HTTP 403)"],
    [403, "RequestTimeTooSkewed", "Too far", "denied", "store: bucket: Too far (RequestTimeTooSkewed, HTTP 403)"],
    [404, "NoSuchBucket", "None", "unreachable", "store: there is no bucket bucket"],
    [301, "PermanentRedirect", "Elsewhere", "denied", /^store: bucket is in another region/],
    [400, "EntityTooLarge", "Too much", "too-big", /Too much/],
    [507, "XMinioStorageFull", "Full", "no-space", /Full/],
    [400, "Odd", "\u001b[31mred\nline", "unreachable", /answers \[31mred line \(Odd, HTTP 400\)$/],
  ] as const)("%i %s is passed on as it is", async ([status, code, words, expected, message]) => {
    server.fault = (_, response) => (fail(response, status, code, words), true);
    const error = await failure(remote.readFile("mversion.json", 100));
    expect(error.code).toBe(expected);
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    expect(error.hint).toBeDefined();
    expect(waits).toEqual([]);
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain("s3cret");
  });

  test("a page of HTML is no answer of S3", async () => {
    server.fault = (_, response) => (
      response.writeHead(200, { "content-type": "text/html" }).end("<html>log in"),
      true
    );
    expect((await failure(remote.has(objects(9)))).code).toBe("unreachable");
  });

  test("a refusal without words is asked for them", async () => {
    server.fault = (request, response, what) => {
      if (request.method === "HEAD") response.writeHead(403).end();
      else if (what === "LIST") fail(response, 403, "AccessDenied", "No s3:ListBucket");
      else return false;
      return true;
    };
    expect((await failure(remote.has(objects(1)))).message).toContain("No s3:ListBucket");
  });

  test("nobody listens: said at once", async () => {
    await server.close();
    const error = await failure(remote.readFile("mversion.json", 100));
    expect(error).toMatchObject({
      code: "unreachable",
      message: "store: s3://bucket/team/models refuses the connection",
    });
    expect(waits).toEqual([]);
  });
});

describe("very many small objects, written by another thread", () => {
  const MANY = 260;
  const told: string[] = [];
  let wanted: Transfer[];
  const options = { jobs: 4, onDone: ({ sha256 }: Transfer, found?: string) => void told.push(`${sha256} ${found}`) };
  const whole = (of: Transfer): boolean => existsSync(of.file) && hash("sha256", readFileSync(of.file)) === of.sha256;
  const asRight = (them: readonly Transfer[]): string[] => them.map(({ sha256 }) => `${sha256} ${sha256}`).toSorted();

  beforeEach(async () => {
    told.length = 0;
    const sent = objects(MANY);
    await remote.send(sent, { jobs: 16 });
    wanted = sent.map((of) => ({ ...of, file: `${of.file}-back` }));
  });

  test("are told once each, when they are in their files, with the hash of what came", async () => {
    const other = wanted[7] as Transfer;
    const kept = server.keys.get(keyOf(other));
    if (kept) server.keys.set(keyOf(other), { ...kept, bytes: Buffer.alloc(other.size, "x") });
    await remote.receive(wanted, options);
    const right = wanted.filter((of) => of !== other);
    expect(told.toSorted()).toEqual(
      [...asRight(right), `${other.sha256} ${hash("sha256", Buffer.alloc(other.size, "x"))}`].toSorted(),
    );
    expect(right.every(whole)).toBe(true);
  });

  test("one that is absent does not keep away those that came before it", async () => {
    const absent = wanted[150] as Transfer;
    server.keys.delete(keyOf(absent));
    const error = await failure(remote.receive(wanted, options));
    expect(error).toMatchObject({ code: "object-missing", details: { sha256: absent.sha256 } });
    const done = wanted.filter(({ sha256 }) => told.includes(`${sha256} ${sha256}`));
    expect(done.length).toBeGreaterThanOrEqual(140);
    expect(done.every(whole)).toBe(true);
    expect(told).toHaveLength(done.length);
  });

  test("a folder that takes no file ends it, and nothing is told that is not there", async () => {
    const error = await failure(
      remote.receive(
        wanted.map((of) => ({ ...of, file: join(folder, "gone", of.sha256) })),
        options,
      ),
    );
    expect(error.code).toBe("no-write");
    expect(told).toEqual([]);
  });

  test("an interruption ends it; what was told is there", async () => {
    const stop = new AbortController();
    const error = await failure(
      remote.receive(wanted, {
        ...options,
        signal: stop.signal,
        onDone(of, found) {
          options.onDone(of, found);
          stop.abort();
        },
      }),
    );
    expect(error.code).toBe("interrupted");
    const done = wanted.filter(({ sha256 }) => told.includes(`${sha256} ${sha256}`));
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(MANY);
    expect(done.every(whole)).toBe(true);
  });
});

test("the region is that of the settings, the environment or the profile, else us-east-1", async () => {
  const regions: unknown[] = [];
  server.fault = (request) => {
    regions.push(/\/\d{8}\/([\w-]+)\/s3\//.exec(request.headers.authorization ?? "")?.[1]);
    return false;
  };
  const ask = async (region: string | null): Promise<void> => {
    const opened = await openS3("store", { ...s3Settings(server, "bucket"), region }, remoteContext());
    await opened.readFile("mversion.json", 1);
    await opened.close();
  };
  await ask("eu-central-1");
  process.env["AWS_REGION"] = "eu-west-1";
  await ask(null);
  delete process.env["AWS_REGION"];
  await ask(null);
  const config = join(folder, "aws-config");
  writeFileSync(config, "[profile team]\nregion = ap-south-1\naws_access_key_id = k\naws_secret_access_key = s\n");
  Object.assign(process.env, { AWS_CONFIG_FILE: config, AWS_PROFILE: "team" });
  await ask(null);
  delete process.env["AWS_PROFILE"];
  expect(regions).toEqual(["eu-central-1", "eu-west-1", "us-east-1", "ap-south-1"]);
});

describe("how often it is asked", () => {
  test("many that are all there: a page for every thousand", async () => {
    const sent = objects(2500);
    for (const item of sent)
      server.keys.set(keyOf(item), { bytes: readFileSync(item.file), etag: '"x"', modified: new Date() });
    server.asked.length = 0;
    await remote.send(sent, { jobs: 4 });
    expect(server.asked.length).toBeLessThanOrEqual(5);
    expect(new Set(server.asked)).toEqual(new Set(["LIST"]));
  });

  test("few among very many are asked for one by one", async () => {
    const sent = objects(40);
    const odd = { bytes: Buffer.alloc(0), etag: '"x"', modified: new Date() };
    for (let at = 0; at < 20_000; at += 1) {
      const sha256 = hash("sha256", `another ${at}`);
      server.keys.set(`team/models/objects/${sha256.slice(0, 2)}/${sha256}`, odd);
    }
    expect(await remote.has(sent)).toEqual(new Set());
    expect(asked("LIST").length).toBeLessThanOrEqual(1);
    expect(asked("HEAD").length).toBeLessThanOrEqual(40);
  });

  test("who may not list is asked for one by one", async () => {
    const sent = objects(10);
    await remote.send(sent, { jobs: 4 });
    server.fault = (_, response, what) => what === "LIST" && (fail(response, 403, "AccessDenied", "no"), true);
    expect((await remote.has(sent)).size).toBe(10);
  });
});

describe("named files where the server ignores conditions", () => {
  test("a claim that a killed writer left is passed over after a while, a fresh one is respected", async () => {
    server.ignoresConditions = true;
    const claim = "team/models/mversion-claims/mversion.json/dead";
    const put = (age: number): void =>
      void server.keys.set(claim, { bytes: Buffer.alloc(1), etag: '"x"', modified: new Date(Date.now() - age) });
    put(600_000);
    expect(await remote.writeFile("mversion.json", Buffer.from("one"), null)).toBe(true);
    expect(server.keys.has(claim)).toBe(false);
    expect([...server.keys.keys()].filter((key) => key.includes("claims"))).toEqual([]);
  });
});
