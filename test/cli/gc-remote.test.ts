// The words of `mv gc --remote`.
import { expect, test } from "vitest";
import { json, screen } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { abandon, oneStore, type OneStore } from "../helpers/one-store.ts";

const stable = ({ store, churn, risk }: OneStore, text: string): string =>
  text
    .replaceAll(churn.origin.dir, "/churn.git")
    .replaceAll(risk.origin.dir, "/risk.git")
    .replaceAll(store, "/store")
    .replaceAll(/process \d+ on \S+ since \S+/g, "process 1 on host since then");

test("a dry run, a question, the removal, and where nobody can be asked", async () => {
  const shared = await oneStore();
  const { repo } = shared.churn;
  const shown = async (on: TestRepo, line: string, answers?: string[]): Promise<string> =>
    stable(shared, await screen(on, line, answers ? { answers } : {}));
  await abandon(shared.churn, "of nobody\n");
  expect(await shown(repo, "mv gc --remote store")).toMatchInlineSnapshot(`
    "! mversion: mv gc --remote store removes bytes for good, and nobody can be asked here
    ! Next: mv gc --remote store --dry-run, then: mv gc --remote store --yes
    exit 2"
  `);
  expect(await shown(repo, "mv gc --remote store --dry-run")).toMatchInlineSnapshot(`
    "0 objects (0 B) would be removed, 8 kept (256 B)
    ! 1 that nothing needs is younger than the grace age, and kept
    ! Asked: file:///risk.git, file:///churn.git"
  `);
  expect(await shown(repo, "mv gc --remote store --dry-run --grace 0")).toMatchInlineSnapshot(`
    "19e9a74041cf4d59de9a7b90698b3103952196243fc57d9e65d4040c51697fe3  10 B
    1 object (10 B) would be removed, 7 kept (246 B)
    ! Asked: file:///risk.git, file:///churn.git
    ! Next: the same with --yes in place of --dry-run"
  `);
  expect(await shown(repo, "mv gc --remote store --grace 0", ["n"])).toMatchInlineSnapshot(`
    "! Remove 1 object (10 B) for good? [y/N] 
    Nothing was removed"
  `);
  expect(await shown(repo, "mv gc --remote store --grace 0", ["y"])).toMatchInlineSnapshot(`
    "! Remove 1 object (10 B) for good? [y/N] 
    1 object (10 B) removed, 7 kept (246 B)
    ! Asked: file:///risk.git, file:///churn.git"
  `);
  expect(await json(repo, "mv gc --remote store --grace 0 --yes --json")).toMatchObject({
    ok: true,
    data: {
      remote: "store",
      removed: [],
      kept: 7,
      held: 0,
      lost: 0,
      repositories: [{}, {}].map(() => expect.anything()),
    },
  });
  shared.risk.origin.git("update-ref", "-d", "refs/heads/main");
  expect(await shown(repo, "mv gc --remote store --dry-run")).toMatchInlineSnapshot(`
    "! mversion: refused: file:///risk.git uses store, and cannot be asked what it needs: no branch there has id: 115c0de5 in .mversion.yaml
    ! Next: commit .mversion.yaml in that repository and push it; where another one is there now: mv gc --remote store --forget file:///risk.git
    exit 1"
  `);
  expect(await json(repo, "mv gc --remote store --dry-run --json")).toMatchObject({
    ok: false,
    error: { code: "gc-refused", details: { remote: "store", id: "115c0de5" } },
  });
});

test("locks that are taken away, and flags that go together", async () => {
  const shared = await oneStore();
  const { repo } = shared.churn;
  expect(await screen(repo, "mv gc --remote store --unlock")).toMatchInlineSnapshot(
    `"store is open: no gc runs there, and 0 locks of pushes are gone"`,
  );
  expect(await screen(repo, "mv gc --unlock")).toMatchInlineSnapshot(`
    "! mversion: --ignore-lost and --unlock go with --remote NAME
    ! Next: mv gc --help
    exit 2"
  `);
  expect(await screen(repo, "mv gc --remote nowhere --dry-run")).toMatchInlineSnapshot(`
    "! mversion: There is no remote nowhere; there is store
    ! Next: mv remote list
    exit 2"
  `);
});
