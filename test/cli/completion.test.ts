import { describe, expect, it } from "vitest";
import { json, MODEL, run, sampleProject, screen } from "../helpers/cli.ts";

describe("mv completion", () => {
  it("prints a script with every command in it", async () => {
    const repo = await sampleProject({ until: "files" });
    for (const shell of ["bash", "zsh", "fish"]) {
      const { status, stdout, stderr } = await run(repo, `mv completion ${shell}`);
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/\binit hooks doctor completion add\b.* help\b/);
      expect(stdout).not.toContain("{{");
      expect((await json(repo, `mv completion ${shell} --json`)).data).toEqual({ shell, script: stdout.trimEnd() });
    }
  });

  it("names the shells where it is given another", async () => {
    const repo = await sampleProject({ until: "files" });
    expect(await screen(repo, "mv completion tcsh")).toMatchInlineSnapshot(`
      "! mversion: mv completion tcsh: there is bash, zsh, fish
      ! Next: eval "$(mversion completion bash)", in ~/.bashrc
      exit 2"
    `);
  });
});

describe("mv complete", () => {
  it("gives what fits what is typed, with a word about each", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    expect(await screen(repo, ["complete", "--", "ch"])).toMatchInlineSnapshot(`
      "checkout	bring code, model and data exactly as released
      check	find what breaks a rule, in commits or in what is staged"
    `);
    expect(await screen(repo, ["complete", "--", "checkout", ""])).toMatchInlineSnapshot(`
      "v1.1.0	churn: Retrained on the February snapshot
      v1.0.0	churn: Initial production-ready model
      churn@latest	its newest release
      churn@staging	what runs there
      churn@production	what runs there"
    `);
    expect(await screen(repo, ["complete", "--", "restore", "mo"])).toMatchInlineSnapshot(`"models/model.onnx	model"`);
    expect(await screen(repo, ["complete", "--", "restore", ""], { cwd: "models" })).toMatchInlineSnapshot(`
      "v1.1.0	churn: Retrained on the February snapshot
      v1.0.0	churn: Initial production-ready model
      churn@latest	its newest release
      churn@staging	what runs there
      churn@production	what runs there
      ../data/train.csv	dataset
      model.onnx	model"
    `);
    expect(await screen(repo, ["complete", "--", "log", "--model", ""])).toMatchInlineSnapshot(
      `"churn	churn.model.yaml"`,
    );
    expect(await screen(repo, ["complete", "--", "add", ""])).toBe(":files");
  });

  it("gives remotes by name", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await run(repo, ["remote", "add", "store", repo.path("..")]);
    expect((await run(repo, ["complete", "--", "remote", "test", "s"])).stdout).toMatch(/^store\t/);
  });

  it("says nothing where there is nothing to say, whatever is wrong", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const silent = { status: 0, stdout: "", stderr: "", screen: "" };
    expect(await run(repo, ["complete", "--", "checkout", "nothing"])).toEqual(silent);
    expect(await run(repo, ["complete", "--"])).toMatchObject({ status: 0, stderr: "" });
    expect(await run(repo, ["complete", "--", "tag", "--message", ""])).toEqual(silent);
    repo.write(".mversion.yaml", "schema: [");
    repo.write(`${MODEL}.mv.yaml`, "{");
    expect(await run(repo, ["complete", "--", "checkout", ""])).toEqual(silent);
    expect(await run(repo, ["complete", "--", "restore", ""])).toEqual(silent);
  });

  it("gives no word that would be a control sequence", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const { stdout } = await run(repo, ["complete", "--", ""]);
    expect(stdout).not.toMatch(/[^\P{Cc}\n\t]/u);
  });
});
