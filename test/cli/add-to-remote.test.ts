// The words of `mv add --to-remote`, and of a `mv remote test` that fails: what to do next is said.
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { startBucketServer } from "../helpers/bucket-server.ts";
import { json, MODEL, play, run, sampleProject, screen } from "../helpers/cli.ts";
import { scratchDir } from "../helpers/git.ts";
import { useKeys } from "../helpers/s3.ts";
import { objectsIn } from "../helpers/shared.ts";

test("bytes go past the cache, and it is said where they are", async () => {
  const repo = await sampleProject();
  const store = scratchDir("store");
  await play(repo, `mv remote add store ${store}`);
  expect(await screen(repo, `mv add ${MODEL} --to-remote store`)).toMatchInlineSnapshot(`
    "models/model.onnx  churn 0.1.0-dev.1  8 B  54fc455b
    ! Sent 1 object, 8 B to store, past the cache
    ! Captured Python 3.11.7 in venv.
    ! Next: git commit, or mv tag v1.0.0 -m WHY"
  `);
  expect([objectsIn(store), objectsIn(repo.path(".git/mversion/cache"))]).toEqual([["54fc455b"], []]);
  expect(await screen(repo, `mv add ${MODEL} --to-remote store`)).toMatchInlineSnapshot(`
    "models/model.onnx  churn 0.1.0-dev.1, unchanged  8 B  54fc455b
    ! store had it already"
  `);
  repo.write("models/tokenizer/vocab.json", "{}\n");
  expect(await json(repo, "mv add models/tokenizer --to-remote store --json")).toMatchObject({
    data: { artifacts: [{ path: "models/tokenizer", sent: { remote: "store", objects: 2 } }] },
  });
});

test("without such a remote, or one that is not there, nothing is added", async () => {
  const repo = await sampleProject();
  expect(await screen(repo, `mv add ${MODEL} --to-remote store`)).toMatchInlineSnapshot(`
    "! mversion: No remote is set up
    ! Next: mv remote add NAME URL --default
    exit 2"
  `);
  await play(repo, "mv remote add store /nonexistent/store");
  expect(await screen(repo, `mv add ${MODEL} --to-remote store`)).toMatchInlineSnapshot(`
    "! mversion: store: /nonexistent/store is not there
    ! Next: mount it; or, if it is to be a new store: mkdir /nonexistent/store
    exit 12"
  `);
  expect(await screen(repo, `mv add ${MODEL} --to-remote store --move`)).toMatchInlineSnapshot(`
    "! mversion: --move brings the bytes into the cache, and --to-remote past it
    ! Next: give one of them
    exit 2"
  `);
  expect(repo.exists(`${MODEL}.mv.yaml`)).toBe(false);
});

test("a test of a server that is not up does not say to test it", async () => {
  const repo = await sampleProject();
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
  await play(repo, `mv remote add site http://127.0.0.1:${port}/churn`);
  const shown = await screen(repo, "mv remote test site");
  expect(shown.replaceAll(`:${port}`, ":80")).toMatchInlineSnapshot(`
    "! mversion: site: http://127.0.0.1:80/churn refuses the connection
    ! Next: is it up, and is that its address? mv remote list, and mv remote add with the right one
    exit 12"
  `);
});

test("a test that fails at its first step says what to do", async () => {
  const server = await startBucketServer();
  try {
    useKeys({ accessKey: "key", secretKey: "secret" });
    server.fault = (request, response) => {
      if (request.method === "HEAD") return false;
      response.writeHead(404, { "content-type": "application/xml" });
      response.end("<Error><Code>NoSuchBucket</Code><Message>None</Message></Error>");
      return true;
    };
    const repo = await sampleProject();
    await play(repo, `mv remote add store s3://bucket/churn --endpoint ${server.endpoint} --path-style`);
    const { screen: shown, status } = await run(repo, "mv remote test store");
    expect([shown, status]).toMatchInlineSnapshot(`
      [
        "store  s3://bucket/churn
      put     failed  store: there is no bucket bucket
      remove  failed  store: there is no bucket bucket
      ! It does not do all that a remote has to do: what failed stands above
      ! Next: make it, or correct the remote: mv remote list
      exit 12",
        12,
      ]
    `);
  } finally {
    await server.close();
  }
});
