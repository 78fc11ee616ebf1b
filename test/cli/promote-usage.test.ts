// What `mv promote`, `mv rollback` and `mv get` say of arguments that mean nothing, or what a script did not mean.
import { beforeAll, expect, test } from "vitest";
import { run, sampleProject, screen } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

let repo: TestRepo;
beforeAll(async () => {
  repo = await sampleProject({ until: "1.1.0" });
});

test("a share that is no whole percent, or none", async () => {
  expect(await screen(repo, "mv promote v1.1.0 production --weight 1.5 -m why")).toMatchInlineSnapshot(`
    "! mversion: --weight 1.5: give a whole number
    ! Next: --weight 10
    exit 2"
  `);
  expect(await screen(repo, "mv promote v1.1.0 production --weight 0 -m why")).toMatchInlineSnapshot(`
    "! mversion: --weight 0: give a whole percent from 1 to 99
    ! Next: mv promote v1.1.0 production --weight 1 -m why; none of it: mv rollback production -m WHY
    exit 2"
  `);
  expect(await screen(repo, "mv promote v1.1.0 --split v1.0.0=40,v1.1.0=40 -m why")).toMatchInlineSnapshot(`
    "! mversion: There is no stage v1.1.0; there is staging, production
    ! Next: add it to stages in .mversion.yaml: v1.1.0: {}
    exit 2"
  `);
});

test("an empty address is none, and not the repository here", async () => {
  const line = ["promote", "v1.0.0", "production", "--repo", "", "-m", "why"];
  expect(await screen(repo, ["mv", ...line])).toMatchInlineSnapshot(`
    "! mversion: --repo: the address is empty
    ! Next: --repo git@host:team/churn.git; in a script, set the variable
    exit 2"
  `);
  expect((await run(repo, ["mv", "rollback", "production", "--repo", " ", "-m", "why"])).status).toBe(2);
  expect(await screen(repo, ["mv", "get", "", "production", "-o", "out"])).toMatchInlineSnapshot(`
    "! mversion: mv get needs a source, and the one that it was given is empty
    ! Next: mv get https://git.example.org/team/churn.git v1.2.0 -o DIR; in a script, set the variable
    exit 2"
  `);
  expect(repo.git("tag", "--list", "churn#production#*")).toBe("");
});
