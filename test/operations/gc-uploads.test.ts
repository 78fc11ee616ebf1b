// Uploads to a bucket that nobody finished: which of them a gc takes back, and what it says where it may not ask.
import { afterEach, beforeEach, expect, test } from "vitest";
import { type BucketServer, fail, startBucketServer } from "../helpers/bucket-server.ts";
import { json, play, sampleProject, screen } from "../helpers/cli.ts";
import { createRepo, type TestRepo } from "../helpers/git.ts";
import { useKeys } from "../helpers/s3.ts";

let server: BucketServer;
let repo: TestRepo;

beforeEach(async () => {
  server = await startBucketServer();
  useKeys({ accessKey: "key", secretKey: "secret" });
  repo = await sampleProject({ until: "1.0.0" });
  repo.git("remote", "add", "origin", `file://${createRepo({ bare: true }).dir}`);
  await play(repo, `mv remote add store s3://bucket/team/models --endpoint ${server.endpoint} --path-style`);
  repo.git("commit", "-qam", "A store");
  await play(repo, "mv push");
});
afterEach(() => server.close());

const OTHERS = "a".repeat(64);
const keyOf = (sha256: string): string => `team/models/objects/${sha256.slice(0, 2)}/${sha256}`;
const begin = (id: string, key: string): void => void server.uploads.set(id, { key, parts: new Map() });
const asked = (text: string): string => text.replaceAll(/file:\S+/g, "file:///origin.git");

test("those of objects go, those of other programs stay", async () => {
  begin("ours", keyOf(OTHERS));
  begin("no object's", "team/models/objects/readme");
  begin("another store's", `other/models/objects/aa/${OTHERS}`);
  expect(asked(await screen(repo, "mv gc --remote store --grace 0 --dry-run"))).toMatchInlineSnapshot(`
    "0 objects (0 B) would be removed, 2 kept (68 B)
    ! 1 upload that was never finished would be removed
    ! Asked: file:///origin.git
    ! Next: the same with --yes in place of --dry-run"
  `);
  expect(asked(await screen(repo, "mv gc --remote store --grace 0", { answers: ["n"] }))).toMatchInlineSnapshot(`
    "! Remove 0 objects (0 B) and 1 unfinished upload for good? [y/N] 
    Nothing was removed"
  `);
  expect(server.uploads.size).toBe(3);
  expect(asked(await screen(repo, "mv gc --remote store --grace 0", { answers: ["y"] }))).toMatchInlineSnapshot(`
    "! Remove 0 objects (0 B) and 1 unfinished upload for good? [y/N] 
    0 objects (0 B) removed, 2 kept (68 B)
    ! 1 upload that was never finished removed
    ! Asked: file:///origin.git"
  `);
  expect([...server.uploads.keys()]).toEqual(["no object's", "another store's"]);
});

test("all pages of a list are read", async () => {
  const upload = (id: string): string =>
    `<Upload><Key>${keyOf(OTHERS)}</Key><UploadId>${id}</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated></Upload>`;
  server.fault = (request, response, what) => {
    if (what !== "UPLOADS") return false;
    const isFirst = !(request.url ?? "").includes("upload-id-marker=one");
    const next = `<NextKeyMarker>${keyOf(OTHERS)}</NextKeyMarker><NextUploadIdMarker>one</NextUploadIdMarker>`;
    response.writeHead(200, { "content-type": "application/xml" });
    response.end(
      `<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>${next}${upload(isFirst ? "one" : "two")}</ListMultipartUploadsResult>`,
    );
    return true;
  };
  const found = await json(repo, "mv gc --remote store --grace 0 --dry-run --json");
  expect(found).toMatchObject({ data: { uploads: [{ sha256: OTHERS }, { sha256: OTHERS }] } });
});

test("where the key may not ask, all else is cleaned; where the server does not know, nothing is said", async () => {
  begin("ours", keyOf(OTHERS));
  for (const [status, code] of [
    [403, "AccessDenied"],
    [501, "NotImplemented"],
  ] as const) {
    server.fault = (_, response, what) => {
      if (what !== "UPLOADS") return false;
      fail(response, status, code, "No");
      return true;
    };
    const found = await json(repo, "mv gc --remote store --grace 0 --yes --json");
    const warnings = status === 403 ? [expect.stringContaining("s3:ListBucketMultipartUploads")] : [];
    expect(found).toMatchObject({ ok: true, data: { uploads: [] }, warnings });
  }
  expect(server.uploads.size).toBe(1);
});

test("one of a push under way stays", async () => {
  begin("ours", keyOf(OTHERS));
  const holder = { by: "Ben", pid: 1, host: "elsewhere", boot: "b", space: "s", start: "1", since: "now" };
  const lock = JSON.stringify({ schema: 1, ...holder, objects: OTHERS.slice(0, 16) });
  server.keys.set("team/models/locks/push-1.json", { bytes: Buffer.from(lock), etag: '"1"', modified: new Date() });
  await play(repo, "mv gc --remote store --grace 0 --yes");
  expect(server.uploads.size).toBe(1);
});
