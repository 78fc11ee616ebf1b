// The words of `mv gc`.
import { expect, test } from "vitest";
import { json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";

test("a dry run, the removal, and where nobody can be asked", async () => {
  const repo = await sampleProject({ until: "1.0.0" });
  trained(repo, MODEL, "of nobody\n");
  await play(repo, `mv add ${MODEL}`);
  repo.git("reset", "-q", "--hard");
  await play(repo, "mv restore");
  expect(await screen(repo, "mv gc")).toMatchInlineSnapshot(`
    "! mversion: mv gc removes bytes for good, and nobody can be asked here
    ! Next: mv gc --dry-run, then: mv gc --yes
    exit 2"
  `);
  expect(await screen(repo, "mv gc --dry-run")).toMatchInlineSnapshot(`
    "0 objects (0 B) would be removed, 4 kept (86 B)
    ! 1 that nothing needs is younger than the grace age, and kept"
  `);
  expect(await screen(repo, "mv gc --dry-run --grace 0")).toMatchInlineSnapshot(`
    "19e9a74041cf4d59de9a7b90698b3103952196243fc57d9e65d4040c51697fe3  10 B
    1 object (10 B) would be removed, 3 kept (76 B)
    ! Next: the same with --yes in place of --dry-run"
  `);
  expect(await screen(repo, "mv gc --grace soon --yes")).toMatchInlineSnapshot(`
    "! mversion: --grace soon: give a time such as 14d or 12h
    exit 2"
  `);
  expect(await json(repo, "mv gc --grace 0 --yes --json")).toMatchObject({
    ok: true,
    data: { bytes: 10, kept: 3, young: 0 },
  });
  expect(await screen(repo, "mv gc --grace 0 --yes")).toMatchInlineSnapshot(`"0 objects (0 B) removed, 3 kept (76 B)"`);
});
