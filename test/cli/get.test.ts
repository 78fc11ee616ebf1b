// The words of `mv get`.
import { mkdirSync } from "node:fs";
import { beforeAll, expect, test, vi } from "vitest";
import { json, play, run, sampleProject, screen } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { assign, stock, withStore } from "../helpers/stocked.ts";

const NOBODY = {
  AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret",
};

let repo: TestRepo;
let store: string;

beforeAll(async () => {
  repo = await sampleProject({ until: "1.1.0" });
  store = withStore(repo);
  await stock(repo, store);
  assign(repo, store, "production", 1, { "1.0.0": 100 });
  await play(repo, `mv get ${store} -o ../held`);
});

const said = async (line: string): Promise<string> => (await screen(repo, line)).replaceAll(store, "STORE");

test("a version, a stage, and the same again", async () => {
  expect(await said(`mv get ${store} v1.1.0 -o out`)).toMatchInlineSnapshot(`
    "models/model.onnx  8 B  b3242f12
    churn 1.1.0 in out"
  `);
  expect(await said(`mv get ${store} churn@production -o out --if-changed`)).toMatchInlineSnapshot(`
    "models/model.onnx  8 B  14148f94
    churn 1.0.0 (on production) in out"
  `);
  expect(await said(`mv get ${store} production -o out --if-changed`)).toMatchInlineSnapshot(
    `"out holds churn 1.0.0 (on production) already"`,
  );
});

test("every variant of a stage", async () => {
  assign(repo, store, "staging", 1, { "1.0.0": 80, "1.1.0": 20 });
  const line = `mv get ${store} churn@staging --variants -o both`;
  expect(await said(line)).toMatchInlineSnapshot(`
    "1.0.0  80 %  both/1.0.0
    1.1.0  20 %  both/1.1.0
    churn 1.0.0 80 %, 1.1.0 20 % (on staging) in both"
  `);
  expect(await said(`${line} --if-changed`)).toMatchInlineSnapshot(
    `"both holds churn 1.0.0 80 %, 1.1.0 20 % (on staging) already"`,
  );
  expect(await said(`mv get ${store} v1.1.0 --variants -o both`)).toMatchInlineSnapshot(`
    "! mversion: --variants brings what runs on a stage, and v1.1.0 names none
    ! Next: mv get STORE churn@production --variants -o DIR
    exit 2"
  `);
  const document = await json(repo, `mv get ${store} staging --variants -o jsons --json`);
  expect(document.data).toMatchObject({
    stage: "staging",
    id: "churn#staging#1",
    baseline: "1.0.0",
    changed: true,
    files: 2,
    bytes: 16,
  });
});

test("--json is what a script can trust", async () => {
  const document = await json(repo, `mv get ${store} v1.1.0 -o json --json`);
  expect(document).toMatchObject({
    ok: true,
    data: {
      model: "churn",
      version: "1.1.0",
      changed: true,
      folder: "/repo/json",
      files: 1,
      bytes: 8,
      stage: null,
    },
  });
});

test("refusals", async () => {
  expect(await said(`mv get ${store}`)).toMatchInlineSnapshot(`
    "! mversion: mv get needs a folder to put the files into
    ! Next: mv get STORE -o DIR
    exit 2"
  `);
  expect(await said(`mv get ${store} v9.0.0 -o new`)).toMatchInlineSnapshot(`
    "! mversion: STORE has no release 9.0.0 of churn; it has 1.0.0, 1.1.0
    ! Next: mv get STORE churn@v1.1.0 -o DIR
    exit 2"
  `);
  expect(await said(`mv get ${store} v1.1.0 nowhere.onnx -o new`)).toMatchInlineSnapshot(`
    "! mversion: refused: churn 1.1.0 has no artifact nowhere.onnx; it has models/model.onnx, data/train.csv
    ! Next: mv get SOURCE churn@v1.1.0 models/model.onnx -o DIR
    exit 1"
  `);
  mkdirSync(repo.path("mine"));
  repo.write("mine/notes.txt", "mine");
  expect(await said(`mv get ${store} v1.1.0 -o mine`)).toMatchInlineSnapshot(`
    "! mversion: refused: mine holds notes.txt, which mv get did not put there
    ! Next: name another folder with -o, or repeat with --force, which removes all that it holds
    exit 1"
  `);
  expect(await said("mv get ext::sh v1.1.0 -o new")).toMatchInlineSnapshot(`
    "! mversion: ext::sh: the address names a program to run
    exit 2"
  `);
  expect((await run(repo, "mv get nowhere v1.1.0 -o new")).status).toBe(12);
  // The AWS SDK reads the process's own environment.
  for (const [name, value] of Object.entries(NOBODY)) vi.stubEnv(name, value);
  const { status, stderr } = await run(repo, "mv get s3://models/team v1.1.0 -o new", { env: NOBODY });
  vi.unstubAllEnvs();
  expect([status, stderr]).toEqual([
    12,
    expect.stringContaining("Next: check the address and your access to it; of a"),
  ]);
});
