// The words of `mv retract` where it fails: nothing is marked then.
import { beforeAll, expect, test } from "vitest";
import { json, run, sampleProject, screen } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { isMissing } from "../helpers/programs.ts";

let repo: TestRepo;
beforeAll(async () => {
  repo = await sampleProject({ until: "1.0.0" });
});

test.skipIf(isMissing("ssh-keygen"))("a key that Git is to sign with and cannot be read", async () => {
  repo.git("config", "gpg.format", "ssh");
  repo.git("config", "user.signingKey", "/nowhere/key");
  repo.git("config", "tag.gpgSign", "true");
  const { status, stderr } = await run(repo, "mv retract v1.0.0 -m 'Leaked labels'");
  expect(status).toBe(1);
  expect(stderr.slice(stderr.indexOf("mversion:"))).toMatchInlineSnapshot(`
    "mversion: refused: Nothing was retracted: Couldn't load public key /nowhere/key: No such file or directory?
    Next: git config user.signingKey and gpg.format say what Git signs with; put that right, then: mv retract v1.0.0 -m 'Leaked labels'
    "
  `);
  const { error } = await json(repo, "mv retract v1.0.0 -m 'Leaked labels' --json");
  expect(error?.code).toBe("commit-failed");
  expect(repo.git("tag")).toBe("v1.0.0");
  repo.git("config", "tag.gpgSign", "false");
});

test("no reason, no release, and twice", async () => {
  expect(await screen(repo, "mv retract v1.0.0")).toMatchInlineSnapshot(`
    "! mversion: refused: Retracting churn 1.0.0 needs a reason
    ! Next: mv retract v1.0.0 -m WHY
    exit 1"
  `);
  expect(await screen(repo, "mv retract v9.0.0 -m Why")).toMatchInlineSnapshot(`
    "! mversion: There is no version v9.0.0; the newest is 1.0.0
    ! Next: mv log
    exit 2"
  `);
  expect(await screen(repo, "mv retract v1.0.0 -m 'Leaked labels'")).toMatchInlineSnapshot(
    `"churn 1.0.0 retracted  tag v1.0.0#retracted"`,
  );
  expect(await screen(repo, "mv retract v1.0.0 -m Again")).toMatchInlineSnapshot(`
    "! mversion: refused: churn 1.0.0 is retracted already: Leaked labels
    ! Next: git show 'v1.0.0#retracted'
    exit 1"
  `);
});
