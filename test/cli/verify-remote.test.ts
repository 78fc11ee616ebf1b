// The words of `mv verify --remote`.
import { expect, test } from "vitest";
import { BYTES, json, run, screen } from "../helpers/cli.ts";
import { oneStore } from "../helpers/one-store.ts";
import { sha256 } from "../helpers/program.ts";
import { lose, spoil } from "../helpers/shared.ts";

test("all is right, a sample, what is broken, and how it is healed", async () => {
  const { churn, store } = await oneStore();
  const { repo } = churn;
  expect(await screen(repo, "mv verify --remote store")).toMatchInlineSnapshot(
    `"store: 3 objects, 76 B, all read and right; 2 release files right"`,
  );
  const sample = await run(repo, "mv verify --remote store --sample 50%");
  // Which ones were read is not known, so neither are their bytes.
  expect(sample.screen.replace(/\(\d+ B of/, "(N B of")).toMatchInlineSnapshot(`
    "store: 2 of 3 objects (N B of 76 B) read and right; 2 release files right
    ! Not read: 1, which store says it has. All of them: mv verify --remote store"
  `);
  expect(await json(repo, "mv verify v1.0.0 --remote store --json")).toMatchObject({
    ok: true,
    data: {
      remote: "store",
      objects: { needed: 2, read: 2 },
      not_read: 0,
      findings: [],
      release_files: { checked: 1 },
    },
  });
  spoil(store, sha256(BYTES.B), "model X\n");
  lose(store, sha256(BYTES.T));
  expect(await screen(repo, "mv verify --remote store")).toMatchInlineSnapshot(`
    "! mversion: 2 things are broken
    !   store lacks data/train.csv of churn 1.0.0, data/train.csv of churn 1.1.0, data/train.csv of main (68335d23)
    !   store holds other bytes for models/model.onnx of churn 1.0.0 (14148f94)
    ! Next: mv push --all --remote store, in a clone that has the right bytes; then this again
    exit 13"
  `);
  expect(await json(repo, "mv verify --remote store --json")).toMatchObject({
    ok: false,
    error: { code: "bytes-wrong", details: { findings: [{ state: "missing" }, { state: "rotten", size: 8 }] } },
  });
  expect(await screen(repo, "mv push --all")).toMatchInlineSnapshot(`
    "Healed 1 rotten object of store
    Sent 1 object, 60 B to store
    origin is up to date"
  `);
  lose(store, sha256(BYTES.T));
  expect(await screen(repo, "mv verify v1.0.0 --remote store")).toMatchInlineSnapshot(`
    "! mversion: refused: store lacks data/train.csv of churn 1.0.0 (68335d23)
    ! Next: mv push --all --remote store, in a clone that has the right bytes; then this again
    exit 1"
  `);
});

test("flags that do not go together", async () => {
  const { repo } = (await oneStore()).churn;
  expect(await screen(repo, "mv verify --sample 5%")).toMatchInlineSnapshot(`
    "! mversion: --sample goes with --remote NAME
    ! Next: mv verify --remote store --sample 5%
    exit 2"
  `);
  expect(await screen(repo, "mv verify --remote store --sample 0")).toMatchInlineSnapshot(`
    "! mversion: --sample 0: give a percentage above 0 and up to 100
    ! Next: --sample 5%
    exit 2"
  `);
  expect(await screen(repo, "mv verify --remote store --signatures")).toMatchInlineSnapshot(`
    "! mversion: --remote reads bytes of a store; signatures are in the tags here
    ! Next: mv verify --all --signatures
    exit 2"
  `);
});
