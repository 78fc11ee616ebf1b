import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { json, play, screen } from "../helpers/cli.ts";
import { createRepo } from "../helpers/git.ts";

describe("mv hooks", () => {
  it("installs, reports and removes", async () => {
    const repo = createRepo();
    expect(await screen(repo, "mv hooks status")).toMatchInlineSnapshot(`
      "pre-commit             missing
      pre-merge-commit       missing
      pre-push               missing
      post-checkout          missing
      post-merge             missing
      post-rewrite           missing
      reference-transaction  missing
      ! Next: mv hooks install"
    `);
    expect(await screen(repo, "mv hooks install")).toMatchInlineSnapshot(`"Hooks installed."`);
    expect(await screen(repo, "mv hooks status")).toMatchInlineSnapshot(`
      "pre-commit             installed
      pre-merge-commit       installed
      pre-push               installed
      post-checkout          installed
      post-merge             installed
      post-rewrite           installed
      reference-transaction  installed"
    `);
    expect(await screen(repo, "mv hooks uninstall")).toMatchInlineSnapshot(`
      "Hooks removed.
      ! Changed in /repo/.git/hooks: pre-commit, pre-merge-commit, pre-push, post-checkout, post-merge, post-rewrite, reference-transaction"
    `);
    expect(await screen(repo, "mv hooks uninstall")).toMatchInlineSnapshot(`"Hooks removed."`);
  });

  it("runs a hook that was there, and puts it back", async () => {
    const repo = createRepo();
    repo.hook("pre-commit", "echo mine\n");
    await play(repo, "mv hooks install");
    expect(await screen(repo, "mv hooks status")).toMatchInlineSnapshot(`
      "pre-commit             installed, after /repo/.git/hooks/pre-commit.mversion-next
      pre-merge-commit       installed
      pre-push               installed
      post-checkout          installed
      post-merge             installed
      post-rewrite           installed
      reference-transaction  installed"
    `);
    await play(repo, "mv hooks uninstall");
    expect(repo.read(".git/hooks/pre-commit")).toBe("#!/bin/sh\necho mine\n");
  });

  it("gives what it did to a program", async () => {
    const repo = createRepo();
    const { data } = await json(repo, "mv hooks install --json");
    expect(data).toMatchObject({ dir: "/repo/.git/hooks", changed: [], problems: [] });
    const report = (await json(repo, "mv hooks status --json")).data as { hooks: { state: string }[] };
    expect(new Set(report.hooks.map(({ state }) => state))).toEqual(new Set(["installed"]));
  });

  it("refuses a folder that others use too, and words it does not know", async () => {
    const repo = createRepo();
    const shared = createRepo({ init: false });
    mkdirSync(shared.path("hooks"));
    repo.git("config", "core.hooksPath", shared.path("hooks"));
    const text = await screen(repo, "mv hooks install");
    expect(text.replaceAll(shared.dir, "/shared")).toMatchInlineSnapshot(`
      "! mversion: refused: core.hooksPath sends Git to /shared/hooks, which is not this repository's own
      ! Next: git config core.hooksPath "/repo/.git/hooks" && mv hooks install   # leaves the shared hooks out here
      exit 1"
    `);
    expect((await screen(repo, "mv hooks status")).replaceAll(shared.dir, "/shared")).toMatchInlineSnapshot(`
      "pre-commit             missing
      pre-merge-commit       missing
      pre-push               missing
      post-checkout          missing
      post-merge             missing
      post-rewrite           missing
      reference-transaction  missing
      ! core.hooksPath is /shared/hooks: Git takes hooks from /shared/hooks, which is not this repository's own."
    `);
    expect(await screen(repo, "mv hooks update")).toMatchInlineSnapshot(`
      "! mversion: mv hooks update: there is install, uninstall and status
      ! Next: mv hooks install
      exit 2"
    `);
    expect(await screen(createRepo({ init: false }), "mv hooks install")).toMatchInlineSnapshot(`
      "! mversion: /repo is not in a Git repository
      ! Next: cd into one, or make one here: git init && mv init --model NAME
      exit 10"
    `);
  });
});
