import { expect, it } from "vitest";
import { json, play, screen } from "../helpers/cli.ts";
import { sharedProject } from "../helpers/shared.ts";

it("tells who knows of a promotion, and what somebody else did first", async () => {
  const { repo, clone } = await sharedProject();
  await play(repo, "mv push");
  const ben = clone();
  expect(await screen(repo, "mv promote v1.0.0 production -m First")).toMatchInlineSnapshot(`
    "churn 1.0.0 on production  tag churn#production#1
    ! Before: nothing
    ! Nobody else knows yet. Next: mv promote v1.0.0 production --push -m First"
  `);
  expect(await screen(repo, "mv promote v1.0.0 production --push")).toMatchInlineSnapshot(`
    "churn 1.0.0 on production already
    ! Since 2026-01-01 00:35 +0000 by Ada
    ! Pushed churn#production#1 to origin; store has it too"
  `);
  expect(await screen(ben, "mv promote v1.1.0 production --weight 10 -m Canary --push")).toMatchInlineSnapshot(`
    "! mversion: warning: the hooks are not installed in this clone, so nothing stops an overwrite here; install them: mv hooks install
    ! mversion: refused: Ada put churn 1.0.0 on production at 2026-01-01 00:35 +0000, which was not known here: First
    ! Next: if you still want it: mv promote v1.1.0 production --weight 10 --push -m Canary
    exit 1"
  `);
  expect(await screen(ben, "mv promote v1.1.0 production --weight 10 -m Canary --push")).toMatchInlineSnapshot(`
    "churn 1.0.0 90 %, 1.1.0 10 % on production  tag churn#production#2
    ! Before: 1.0.0
    ! Pushed churn#production#2 to origin; store has it too"
  `);
  const { ok, error } = await json(repo, "mv rollback production -m Errors --push --json");
  expect({ ok, code: error?.code, hint: error?.hint }).toMatchInlineSnapshot(`
    {
      "code": "race",
      "hint": "if you still want it: mv rollback production --push -m Errors",
      "ok": false,
    }
  `);
  expect(await screen(repo, "mv rollback production -m Errors --push")).toMatchInlineSnapshot(`
    "churn 1.0.0 on production  tag churn#production#3
    ! Before: 1.0.0 90 %, 1.1.0 10 %
    ! Pushed churn#production#3 to origin; store has it too"
  `);
});
