import { mkdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { init, type InitInput } from "../../src/operations/init.ts";
import { needs, proposedName } from "../../src/operations/init/needs.ts";
import { createRepo, repoAt, type TestRepo } from "../helpers/git.ts";
import { refusal } from "../helpers/refusal.ts";

const INPUT: InitInput = { createRepository: false, hooks: false, program: "/bin/true" };

function start(repo: TestRepo, input: Partial<InitInput> = {}, cwd = repo.dir, warnings: string[] = []) {
  return init({ cwd, env: process.env, warn: (text) => warnings.push(text) }, { ...INPUT, ...input });
}

describe("where it may be started", () => {
  it("a subfolder, in a path with blanks and other letters, before the first commit", async () => {
    const repo = createRepo({ name: "ein möbel 模型" });
    mkdirSync(repo.path("sub dir"));
    const result = await start(repo, { model: "churn" }, repo.path("sub dir"));
    expect(result.root).toBe(repo.dir);
    expect(repo.git("status", "--short")).toBe("A  .gitattributes\nA  .mversion.yaml");
  });

  it("a linked worktree and a submodule, each with settings of its own tree", async () => {
    const repo = createRepo();
    await start(repo, { model: "churn" });
    repo.commit("Settings");
    repo.git("worktree", "add", "--quiet", repo.path("../tree"));
    const tree = repoAt(repo.path("../tree"));
    expect((await start(tree, { model: "risk" })).models).toEqual(["churn", "risk"]);
    expect(repo.read(".mversion.yaml")).not.toContain("risk");

    const outer = createRepo();
    outer.git("submodule", "--quiet", "add", `file://${repo.dir}`, "inner");
    const inner = repoAt(outer.path("inner"));
    expect((await start(inner, { model: "ltv" })).root).toBe(inner.dir);
    expect(outer.exists(".mversion.yaml")).toBe(false);
  });

  it("never makes a repository inside a Git directory, or one that Git does not read", async () => {
    const repo = createRepo();
    expect(await refusal(start(repo, { model: "churn", createRepository: true }, repo.path(".git")))).toMatchObject({
      code: "no-repository",
      message: "this operation must be run in a work tree",
    });
    const broken = createRepo();
    broken.git("config", "core.repositoryFormatVersion", "99");
    const { message } = await refusal(start(broken, { model: "churn", createRepository: true }));
    expect(message).toContain("Expected git repo version <= 1");
  });

  it("asks for the name of the repository's folder, not of the subfolder", async () => {
    const repo = createRepo({ name: "churn-model" });
    mkdirSync(repo.path("sub"));
    const around = { cwd: repo.path("sub"), env: process.env };
    expect(await needs(around)).toEqual({ repository: false, model: true, proposal: "churn-model" });
    await start(repo, { model: "churn" });
    expect(await needs(around)).toMatchObject({ model: false });
    expect(proposedName("/home/ada/Möbel (final).")).toBe("M-bel-final");
    expect(proposedName("/模型")).toBe("model");
  });
});

describe("settings", () => {
  it("completes a file written by hand, with its comments, and stages one that is not tracked", async () => {
    const repo = createRepo();
    repo.write(".mversion.yaml", "# ours\nschema: 1\npolicy:\n  naming: off # why\n");
    await start(repo, { model: "churn" });
    expect(repo.read(".mversion.yaml")).toBe(
      '# ours\nschema: 1\nmodels:\n  churn: {record: churn.model.yaml, tag: "v{version}"}\npolicy:\n  naming: off # why\n',
    );
    const other = createRepo();
    other.write(".mversion.yaml", 'schema: 1\nmodels:\n  a: {record: m/a.model.yaml, tag: "v{version}"}\n');
    expect(await start(other)).toMatchObject({
      model: null,
      models: ["a"],
      written: [".mversion.yaml", ".gitattributes"],
    });
    expect(other.git("status", "--short")).toBe("A  .gitattributes\nA  .mversion.yaml");
  });

  it("changes nothing when it is repeated", async () => {
    const repo = createRepo();
    await start(repo, { model: "churn" });
    const files = [".mversion.yaml", ".gitattributes"].map((file) => repo.path(file));
    const before = files.map((file) => statSync(file, { bigint: true }).mtimeNs);
    expect((await start(repo, { model: "churn" })).written).toEqual([]);
    expect(files.map((file) => statSync(file, { bigint: true }).mtimeNs)).toEqual(before);
  });

  it("leaves the short tags to whoever has them", async () => {
    const repo = createRepo();
    repo.commit("Old");
    repo.git("tag", "v0.9");
    expect((await start(repo, { model: "churn" })).tag).toBe("{model}@v{version}");
    expect((await start(repo, { model: "risk", tagPrefix: "models/v" })).tag).toBe("models/v{version}");
  });

  it("refuses a name or prefix that is taken or cannot be, and writes nothing", async () => {
    const repo = createRepo();
    await start(repo, { model: "churn" });
    const settings = repo.read(".mversion.yaml");
    repo.write("ltv.model.yaml", "layers: 3\n");
    repo.write("base.model.yaml", "schema: 1\nmodel_name: other\nversion: 1.0.0\nartifacts: []\n");
    const refusals = [
      await refusal(start(repo, { model: "Churn" })),
      await refusal(start(repo, { model: "a b" })),
      await refusal(start(repo, { model: "ltv" })),
      await refusal(start(repo, { model: "base" })),
      await refusal(start(repo, { model: "risk", tagPrefix: "v" })),
      await refusal(start(repo, { model: "risk", tagPrefix: "a..b" })),
      await refusal(start(repo, { model: "churn", tagPrefix: "other" })),
    ];
    expect(refusals.map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "--model Churn: its record would be that of churn where case does not count",
        "--model a b: a model name has letters, digits, '-', '_' and '.' only",
        "ltv.model.yaml is there already and is not a record of mversion",
        "base.model.yaml is there already and is the record of other",
        "--tag-prefix v: v1.0.0 is a release of churn",
        "--tag-prefix a..b: Git allows no such tag",
        "--tag-prefix other: churn is there already, released as v{version}",
      ]
    `);
    expect(repo.read(".mversion.yaml")).toBe(settings);
  });

  it("takes over a record of that model, and refuses settings that are a symbolic link or broken", async () => {
    const repo = createRepo();
    repo.write("churn.model.yaml", "schema: 1\nmodel_name: churn\nversion: 1.0.0\nartifacts: []\n");
    expect((await start(repo, { model: "churn" })).model).toBe("churn");

    const linked = createRepo();
    symlinkSync(repo.path(".mversion.yaml"), linked.path(".mversion.yaml"));
    expect((await refusal(start(linked, { model: "churn" }))).code).toBe("invalid-file");

    const broken = createRepo();
    broken.write(".mversion.yaml", "models: [\n");
    expect(await refusal(start(broken, { model: "churn" }))).toMatchObject({
      code: "invalid-file",
      hint: "git restore :/.mversion.yaml",
    });
  });
});

describe("attributes", () => {
  const OURS =
    ".mversion.yaml text eol=lf\n*.mv.yaml text eol=lf -merge\n*.model.yaml text eol=lf -merge\n*.features.yaml text eol=lf\n";

  it("go behind the lines that are there, in the file's own line ends", async () => {
    const repo = createRepo();
    repo.write(".gitattributes", "* -text\r\n*.png binary");
    await start(repo, { model: "churn" });
    expect(repo.read(".gitattributes")).toBe(`* -text\r\n*.png binary\r\n${OURS.replaceAll("\n", "\r\n")}`);
  });

  it("go to the end again where a later line overrules them", async () => {
    const repo = createRepo();
    await start(repo, { model: "churn" });
    repo.write(".gitattributes", `${OURS}*.yaml eol=crlf\n`);
    await start(repo);
    expect(repo.read(".gitattributes")).toBe(`*.yaml eol=crlf\n${OURS}`);
  });

  it("are warned of where something else overrules them", async () => {
    const repo = createRepo();
    mkdirSync(join(repo.dir, ".git", "info"), { recursive: true });
    repo.write(".git/info/attributes", "*.yaml filter=lfs -text\n");
    const warnings: string[] = [];
    await start(repo, { model: "churn" }, repo.dir, warnings);
    expect(warnings).toMatchInlineSnapshot(`
      [
        "other Git attributes overrule those of .mversion.yaml, so that a checkout or merge may change the file: git check-attr -a .mversion.yaml",
      ]
    `);
  });
});
