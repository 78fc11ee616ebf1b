// A store that says that it has an object and does not give it (404 after "have it"), on every kind that answers these two apart:
// nobody gets other bytes, another store is asked, verify says it, and a push puts it right where the store lets it.
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BucketServer, fail, startBucketServer } from "../helpers/bucket-server.ts";
import { BYTES, json, MODEL, play, sampleProject, screen } from "../helpers/cli.ts";
import { cloneRepo, createRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { json as lfsAnswer, type LfsServer, startLfsServer } from "../helpers/lfs-server.ts";
import { sha256 } from "../helpers/program.ts";
import { useKeys } from "../helpers/s3.ts";
import { startWebServer, type WebServer } from "../helpers/web-server.ts";

const C = sha256(BYTES.C);
let repo: TestRepo;
let origin: TestRepo;

beforeEach(async () => {
  repo = await sampleProject({ until: "1.1.0" });
  origin = createRepo({ bare: true });
  repo.git("remote", "add", "origin", `file://${origin.dir}`);
});

async function addStore(words: string, name = "store"): Promise<void> {
  await play(repo, `mv remote add ${name} ${words}`);
  repo.git("commit", "-qam", "A store");
}

/** What somebody else meets: the bytes are said to be nowhere, and nothing is taken for them. */
async function isMissed(): Promise<TestRepo> {
  const clone = cloneRepo(origin);
  expect(await json(clone, "mv fetch v1.1.0 --json")).toMatchObject({
    ok: false,
    error: { code: "object-missing", message: expect.stringContaining(MODEL) as string },
  });
  expect(clone.exists(MODEL)).toBe(false);
  return clone;
}

const found = (): Promise<unknown> => json(repo, "mv verify --remote store --json");
const withheld = (healed: boolean): object => ({
  ok: false,
  error: {
    code: "object-missing",
    details: { findings: [{ state: "withheld", sha256: C, size: 8 }], healed_by_push: healed },
  },
});

describe("a bucket", () => {
  let server: BucketServer;
  let isGone = true;
  beforeEach(async () => {
    server = await startBucketServer();
    useKeys({ accessKey: "key", secretKey: "secret" });
    isGone = true;
    await addStore(`s3://bucket/team/models --endpoint ${server.endpoint} --path-style`);
    await play(repo, "mv push --all");
    // It is listed and measured, and what keeps its bytes has lost them, until they are written again.
    server.fault = (_, response, what) => {
      if (what === `PUT team/models/objects/${C.slice(0, 2)}/${C}`) isGone = false;
      if (!isGone || what !== `GET team/models/objects/${C.slice(0, 2)}/${C}`) return false;
      fail(response, 404, "NoSuchKey", "The specified key does not exist.");
      return true;
    };
  });
  afterEach(() => server.close());

  test("is found out by verify, and healed by a push", async () => {
    const clone = await isMissed();
    // A push asks, and is told that all is there.
    await play(repo, "mv push --all");
    expect(isGone).toBe(true);
    expect(await screen(repo, "mv verify --remote store")).toMatchInlineSnapshot(`
      "! mversion: refused: store says that it has, and does not give, the bytes of models/model.onnx of churn 1.1.0, models/model.onnx of main (b3242f12)
      ! Next: mv push --all --remote store, in a clone that has the right bytes; then this again
      exit 1"
    `);
    expect(await found()).toMatchObject(withheld(true));
    expect(await screen(repo, "mv push --all")).toMatchInlineSnapshot(`
      "Healed 1 rotten object of store
      store has everything
      origin is up to date"
    `);
    expect(isGone).toBe(false);
    expect(await found()).toMatchObject({ ok: true });
    await play(clone, "mv fetch v1.1.0");
  });

  test("another store is asked for what it does not give", async () => {
    const other = scratchDir("other");
    await addStore(other, "other");
    await play(repo, "mv push --all --remote other");
    await play(repo, "mv push");
    const clone = cloneRepo(origin);
    await play(clone, "mv restore");
    expect(clone.read(MODEL)).toBe(BYTES.C);
  });
});

test("a web server: the other remote of the team is asked, and without one it is said", async () => {
  const www = mkdtempSync(join(tmpdir(), "mv-www-"));
  mkdirSync(join(www, "churn"));
  const server: WebServer = await startWebServer(www);
  try {
    await addStore(join(www, "churn"), "filler");
    await play(repo, "mv push --all", "mv remote remove filler");
    await addStore(`${server.url}/churn`);
    repo.git("push", "-q", "origin", "main");
    server.fault = (request, response) => {
      if (request.method !== "GET" || request.url?.endsWith(C) !== true) return false;
      response.writeHead(404).end();
      return true;
    };
    await isMissed();
    expect(await found()).toMatchObject(withheld(false));
  } finally {
    await server.close();
  }
});

test("a Git LFS server: no push can send what it says that it has, and verify says whose turn it is", async () => {
  const server: LfsServer = await startLfsServer();
  try {
    await addStore(`lfs+${server.url}`);
    await play(repo, "mv push --all");
    server.misbehave((request) =>
      request.method === "GET" && request.path === `/store/${C}` ? lfsAnswer(404, { message: "no such object" }) : null,
    );
    await isMissed();
    expect(await found()).toMatchObject(withheld(false));
    expect(await screen(repo, "mv verify --remote store")).toMatchInlineSnapshot(`
      "! mversion: refused: store says that it has, and does not give, the bytes of models/model.onnx of churn 1.1.0, models/model.onnx of main (b3242f12)
      ! Next: have the host remove these objects, as it takes no other bytes for what it says it has; then mv push --all --remote store, in a clone that has the right bytes; then this again
      exit 1"
    `);
    await play(repo, "mv push --all");
    expect(await found()).toMatchObject(withheld(false));

    // Once the host has removed it, a push sends it again.
    server.objects.delete(C);
    server.misbehave(() => null);
    await play(repo, "mv push --all");
    expect(await found()).toMatchObject({ ok: true });
  } finally {
    await server.stop();
  }
});
