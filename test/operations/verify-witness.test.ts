// A store and a Git host remember tags that nothing here names any more.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { verify } from "../../src/operations/verify.ts";
import { play, run, screen } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { openRepo } from "../helpers/project.ts";
import { type Shared, sharedProject } from "../helpers/shared.ts";

let shared: Shared;
let warnings: string[];
beforeEach(async () => {
  shared = await sharedProject();
  warnings = [];
  await play(shared.repo, "mv push", "mv promote v1.1.0 production -m First --push");
});

async function found(...witnesses: string[]): Promise<string[]> {
  const { problems } = await verify(await openRepo(shared.repo, { warnings }), { versions: [], all: true, witnesses });
  return problems.map(({ what, message, hint }) =>
    `${what}: ${message} [${hint}]`.replaceAll(/\b[0-9a-f]{7,40}\b/g, "<oid>"),
  );
}

test("both agree with what was pushed", async () => {
  expect(await found("store", "origin")).toEqual([]);
  expect(warnings).toEqual([]);
});

describe("the newest tag, removed here and named by none", () => {
  beforeEach(() => {
    shared.repo.git("tag", "-d", "churn#production#1", "v1.1.0");
  });

  test("is known to the store", async () => {
    expect(await found()).toEqual([]);
    expect(await found("store")).toEqual([
      "churn#production#1: store: models/churn/stages/production.json has churn#production#1 as tag object <oid>; that tag is not here [git tag 'churn#production#1' <oid>]",
      "churn 1.1.0: store: models/churn/releases/1.1.0.json has v1.1.0 as tag object <oid>; that tag is not here [git tag v1.1.0 <oid>]",
    ]);
  });

  test("is known to the Git host", async () => {
    expect(await found("origin")).toEqual([
      "churn#production#1: origin has churn#production#1 as tag object <oid>; that tag is not here [git tag 'churn#production#1' <oid>]",
      "v1.1.0: origin has v1.1.0 as tag object <oid>; that tag is not here [git tag v1.1.0 <oid>]",
    ]);
  });
});

test("a tag that was made anew, here or there", async () => {
  const { repo } = shared;
  repo.git("tag", "-d", "churn#production#1");
  forgeTag(repo, "v1.1.0", tagMessage(repo, "v1.1.0"), "v1.1.0");
  repo.git("tag", "v0", "HEAD");
  const anew = expect.stringMatching(/v1\.1\.0 as tag object <oid>; here it is <oid> \[git show v1\.1\.0, and ask/);
  expect((await found("store")).filter((line) => line.includes("v1.1.0"))).toEqual([anew]);
  expect((await found("origin")).filter((line) => line.includes("v1.1.0"))).toEqual([anew]);
});

test("a stage's file that is older than the newest assignment, which proves itself all the same", async () => {
  const file = join(shared.store, "models/churn/stages/production.json");
  const first = readFileSync(file);
  await play(shared.repo, "mv promote v1.0.0 production -m Second --push");
  expect(await found("store")).toEqual([]);
  expect(warnings).toEqual([]);
  writeFileSync(file, first);
  expect(await found("store")).toEqual([]);
  expect(warnings).toEqual([
    "store: models/churn/stages/production.json is churn#production#1, and the newest is churn#production#2: it was not sent there (mv push --all does), or the older one was put back",
  ]);
});

test("a release that the Git host lost, and an event that it does not have yet", async () => {
  shared.origin.git("tag", "-d", "v1.1.0");
  await play(shared.repo, "mv promote v1.0.0 production -m Back");
  expect(await found("origin")).toEqual([
    "churn 1.1.0: origin does not have v1.1.0, and it was not made here: it was removed there [git push origin v1.1.0, once you know why]",
  ]);
  expect(warnings).toEqual(["origin does not have churn#production#2: not pushed yet, or removed there"]);
});

test("what is not pushed yet is missing nowhere", async () => {
  const { repo } = shared;
  await play(repo, "mv set owner=risk", "mv tag v1.1.1 -m Owner");
  expect(await found("store", "origin")).toEqual([]);
});

test("a copy that cannot be read, and other people's tags", async () => {
  const { repo, store, origin } = shared;
  writeFileSync(join(store, "models/churn/releases/1.0.0.json"), "{}");
  origin.git("tag", "nightly", "main");
  origin.git("tag", "other#prod#1", "main");
  expect(await found("store", "origin")).toEqual([]);
  expect(warnings).toEqual([
    expect.stringMatching(/^store: models\/churn\/releases\/1\.0\.0\.json cannot be read, and is no witness/),
  ]);
  expect(await screen(repo, "mv verify --all --witness nobody")).toMatchInlineSnapshot(`
    "! mversion: --witness nobody: there is no store and no Git remote of that name
    ! Next: --witness with one of store, origin
    exit 2"
  `);
  expect(await screen(repo, "mv verify v1.0.0 --witness store")).toMatchInlineSnapshot(`
    "! mversion: --witness: a missing tag is found among all of them
    ! Next: mv verify --all --witness store
    exit 2"
  `);
  expect(await run(repo, "mv verify --all --witness origin")).toMatchObject({ status: 0 });
});
