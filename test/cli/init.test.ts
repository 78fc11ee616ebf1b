import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { json, play, screen } from "../helpers/cli.ts";
import { cloneRepo, createRepo } from "../helpers/git.ts";

describe("mv init", () => {
  it("sets a repository up", async () => {
    const repo = createRepo();
    expect(await screen(repo, "mv init --model churn")).toMatchInlineSnapshot(
      `"Model churn, released as v{version}. Hooks installed."`,
    );
    expect(repo.read(".mversion.yaml")).toMatchInlineSnapshot(`
      "schema: 1
      models:
        churn: {record: churn.model.yaml, tag: "v{version}"}
      "
    `);
    expect(repo.read(".gitattributes")).toMatchInlineSnapshot(`
      ".mversion.yaml text eol=lf
      *.mv.yaml text eol=lf -merge
      *.model.yaml text eol=lf -merge
      *.features.yaml text eol=lf
      "
    `);
    expect(repo.git("status", "--short")).toMatchInlineSnapshot(`
      "A  .gitattributes
      A  .mversion.yaml"
    `);
  });

  it("adds a further model, and says what is there when it is repeated", async () => {
    const repo = createRepo();
    await play(repo, "mv init --model churn --no-hooks");
    expect(await screen(repo, "mv init --model risk --no-hooks")).toMatchInlineSnapshot(
      `"Model risk, released as risk@v{version}."`,
    );
    expect(await screen(repo, "mv init --no-hooks")).toMatchInlineSnapshot(`"Models: churn, risk."`);
    expect(repo.read(".mversion.yaml")).toMatchInlineSnapshot(`
      "schema: 1
      models:
        churn: {record: churn.model.yaml, tag: "v{version}"}
        risk: {record: risk.model.yaml, tag: "{model}@v{version}"}
      "
    `);
  });

  it("gives the whole of it to a program", async () => {
    expect(await json(createRepo(), "mv init --model churn --no-hooks --json")).toMatchInlineSnapshot(`
      {
        "command": "init",
        "data": {
          "createdRepository": false,
          "hooks": null,
          "hooksBlocked": null,
          "model": "churn",
          "models": [
            "churn",
          ],
          "root": "/repo",
          "tag": "v{version}",
          "written": [
            ".mversion.yaml",
            ".gitattributes",
          ],
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("needs a name where it cannot ask", async () => {
    const repo = createRepo();
    expect(await screen(repo, "mv init")).toMatchInlineSnapshot(`
      "! mversion: The model needs a name
      ! Next: mv init --model NAME
      exit 2"
    `);
    expect(await json(repo, "mv init --json")).toMatchInlineSnapshot(`
      {
        "command": "init",
        "error": {
          "code": "usage",
          "details": {},
          "hint": "mv init --model NAME",
          "message": "The model needs a name",
        },
        "ok": false,
        "schema": 1,
        "warnings": [],
      }
    `);
  });

  it("asks at a terminal", async () => {
    const repo = createRepo({ name: "Möbel & Churn" });
    expect(await screen(repo, "mv init --no-hooks", { answers: [""] })).toMatchInlineSnapshot(`
      "! Name of the model [M-bel-Churn]: 
      Model M-bel-Churn, released as v{version}."
    `);
  });

  it("offers to make a repository, and makes none against the user's will", async () => {
    const folder = createRepo({ init: false });
    expect(await screen(folder, "mv init --no-hooks", { answers: ["n"] })).toMatchInlineSnapshot(`
      "! This folder is not in a Git repository. Run git init here? [Y/n] 
      ! mversion: /repo is not in a Git repository
      ! Next: git init && mv init --model NAME
      exit 10"
    `);
    expect(await screen(folder, "mv init --model churn")).toMatchInlineSnapshot(`
      "! mversion: /repo is not in a Git repository
      ! Next: git init && mv init --model churn
      exit 10"
    `);
    expect(await screen(folder, "mv init --yes")).toMatchInlineSnapshot(`
      "! mversion: The model needs a name
      ! Next: mv init --model NAME
      exit 2"
    `);
    expect(folder.exists(".git")).toBe(false);
    expect(await screen(folder, "mv init --no-hooks", { answers: ["", "churn"] })).toMatchInlineSnapshot(`
      "! This folder is not in a Git repository. Run git init here? [Y/n] 
      ! Name of the model [repo]: 
      Model churn, released as v{version}.
      ! Made a Git repository in /repo."
    `);
    expect(folder.exists(".mversion.yaml")).toBe(true);
  });

  it("makes one with --yes", async () => {
    const folder = createRepo({ init: false });
    expect(await screen(folder, "mv init --yes --model churn --no-hooks")).toMatchInlineSnapshot(`
      "Model churn, released as v{version}.
      ! Made a Git repository in /repo."
    `);
  });

  it("refuses a bare repository", async () => {
    const repo = createRepo({ bare: true });
    expect(await screen(repo, "mv init --model churn")).toMatchInlineSnapshot(`
      "! mversion: /repo is a bare repository: there is no working tree to keep models in
      ! Next: git clone it and repeat the command in the clone
      exit 10"
    `);
    expect(await screen(repo, "mv status")).toMatchInlineSnapshot(`
      "! mversion: /repo is a bare repository: there is no working tree to keep models in
      ! Next: git clone it and repeat the command in the clone
      exit 10"
    `);
    expect(await json(repo, "mv log --json")).toMatchObject({ error: { code: "no-repository" } });
  });

  it("names the manager that runs the hooks, and what changed for them", async () => {
    const repo = createRepo();
    repo.write(".husky/_/h", "#!/bin/sh\n");
    repo.write(".husky/_/pre-commit", "#!/bin/sh\n");
    repo.write(".husky/pre-commit", "npm test\n");
    repo.git("config", "core.hooksPath", ".husky/_");
    expect(await screen(repo, "mv init --model churn")).toMatchInlineSnapshot(`
      "Model churn, released as v{version}. Hooks installed, run by husky.
      ! Changed for the hooks: .husky/pre-commit, .husky/pre-merge-commit, .husky/pre-push, .husky/post-checkout, .husky/post-merge, .husky/post-rewrite"
    `);
  });

  it("does all but the hooks where they are another's", async () => {
    const repo = createRepo();
    const shared = createRepo({ init: false });
    mkdirSync(shared.path("hooks"));
    repo.git("config", "core.hooksPath", shared.path("hooks"));
    const text = await screen(repo, "mv init --model churn");
    expect(text.replaceAll(shared.dir, "/shared")).toMatchInlineSnapshot(`
      "Model churn, released as v{version}.
      ! mversion: warning: the hooks are not installed: core.hooksPath sends Git to /shared/hooks, which is not this repository's own
      ! Next: git config core.hooksPath "/repo/.git/hooks" && mv hooks install   # leaves the shared hooks out here
      exit 3"
    `);
    expect(repo.git("status", "--short")).toBe("A  .gitattributes\nA  .mversion.yaml");
  });

  it("works in a clone without hooks, where other commands hint at them once", async () => {
    const repo = createRepo();
    await play(repo, "mv init --model churn --no-hooks");
    repo.commit("Settings");
    const clone = cloneRepo(repo);
    expect(await screen(clone, "mv status")).toMatchInlineSnapshot(`
      "! mversion: warning: the hooks are not installed in this clone, so nothing stops an overwrite here; install them: mv hooks install
      churn  nothing added yet"
    `);
    expect(await screen(clone, "mv init")).toMatchInlineSnapshot(`"Models: churn. Hooks installed."`);
    expect(await screen(clone, "mv status")).toMatchInlineSnapshot(`"churn  nothing added yet"`);
    expect(clone.git("status", "--short")).toBe("");
  });
});
