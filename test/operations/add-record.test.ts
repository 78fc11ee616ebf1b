// What `mv add` makes of a record: metadata, data, numbers, and several models.
import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Artifact } from "../../src/model/content.ts";
import { numberText, showValue } from "../../src/model/value.ts";
import { BYTES, DATA, MODEL, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { createRepo, type TestRepo } from "../helpers/git.ts";
import { addTo, recordOf } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";

const RECORD = "churn.model.yaml";
const NINETY = { metrics: { accuracy: numberText("0.90") } };

let files: TestRepo;
let draft: TestRepo;
let released: TestRepo;

beforeAll(async () => {
  files = await sampleProject();
  draft = await sampleProject({ until: "draft" });
  released = await sampleProject({ until: "1.0.0" });
});

function paths(artifacts: readonly Artifact[]): string[] {
  return artifacts.map(({ path }) => path);
}

describe("metadata belongs to bytes", () => {
  it("new bytes drop what was measured on the old ones, and keep what they were trained with", async () => {
    const repo = forkRepo(released);
    const before = recordOf(repo).fields;
    trained(repo, MODEL, BYTES.C, "2026-02-09");
    const { models } = await addTo(repo, MODEL);
    const { fields } = recordOf(repo);
    expect(models[0]).toMatchObject({
      dropped: ["metrics", "library_versions", "environment", "reason"],
      kept: ["hyperparameters C", "feature set 3.1.0"],
      overwrites: "release",
    });
    expect(fields["training_date"]).toBe("2026-02-09");
    for (const field of ["hyperparameters", "feature_set_version", "datasets"])
      expect(showValue(fields[field])).toBe(showValue(before[field]));
    for (const field of ["metrics", "library_versions", "reason"]) expect(fields[field]).toBeUndefined();
  });

  it("what is given with the new bytes stays, as it was typed", async () => {
    const repo = forkRepo(released);
    trained(repo, MODEL, BYTES.C);
    const given = { ...NINETY, hyperparameters: { lr: numberText("1e-4") }, training_date: "2026-01-31", note: "a: b" };
    const { models } = await addTo(repo, MODEL, { given });
    expect(models[0]?.dropped).toEqual(["library_versions", "environment", "reason"]);
    expect(repo.read(RECORD)).toContain("hyperparameters: {C: 1.0, lr: 1e-4}\n");
    expect(repo.read(RECORD)).toContain("metrics: {accuracy: 0.90}\n");
    expect(recordOf(repo).fields).toMatchObject({ training_date: "2026-01-31", note: "a: b" });
    // The same bytes once more, with nothing: all stays.
    await addTo(repo, MODEL);
    expect(repo.read(RECORD)).toContain("metrics: {accuracy: 0.90}\n");
  });

  it("--keep says that it holds for the new bytes too", async () => {
    const repo = forkRepo(released);
    const before = recordOf(repo).fields;
    trained(repo, MODEL, BYTES.C, "2026-03-01");
    const { models } = await addTo(repo, MODEL, { keep: true });
    expect(models[0]?.dropped).toEqual([]);
    const { fields } = recordOf(repo);
    for (const field of ["metrics", "training_date", "library_versions", "environment", "reason"])
      expect(showValue(fields[field])).toBe(showValue(before[field]));
  });

  it("a second artifact of a training that is not committed keeps its metrics, one of committed bytes does not", async () => {
    const repo = forkRepo(draft);
    trained(repo, MODEL, BYTES.B, "2026-02-07");
    await addTo(repo, MODEL, { given: NINETY });
    trained(repo, "models/vocab.txt", "v", "2026-01-01");
    expect((await addTo(repo, "models/vocab.txt")).models[0]?.dropped).toEqual([]);
    expect(repo.read(RECORD)).toContain("metrics: {accuracy: 0.90}\n");
    expect(recordOf(repo).fields["training_date"]).toBe("2026-02-07");
    repo.commit("Both");
    trained(repo, "models/labels.txt", "l", "2026-02-08");
    expect((await addTo(repo, "models/labels.txt")).models[0]?.dropped).toEqual(["metrics"]);
  });

  it("the bytes that HEAD has get back what HEAD says of them", async () => {
    for (const start of [draft, released]) {
      const repo = forkRepo(start);
      const committed = repo.read(MODEL);
      trained(repo, MODEL, BYTES.D);
      await addTo(repo, MODEL, { given: { hyperparameters: { C: numberText("9") }, feature_set_version: "4.0.0" } });
      trained(repo, MODEL, committed, "2026-04-01");
      expect((await addTo(repo, MODEL)).models[0]).toMatchObject({ back: true, changed: true, overwrites: null });
      expect(repo.git("status", "--short")).toBe("");
    }
  });

  it("metadata of a role that is no model is refused", async () => {
    const repo = forkRepo(files);
    const refused = await refusal(addTo(repo, DATA, { role: "dataset", given: NINETY }));
    expect(refused).toMatchObject({ code: "usage", hint: "give it with the model's file, or: mv set KEY=VALUE" });
  });
});

describe("data", () => {
  it("added before the model's first bytes is what it was trained on", async () => {
    const repo = forkRepo(files);
    await addTo(repo, DATA, { role: "dataset" });
    repo.write("data/eval.csv", "e");
    await addTo(repo, "data/eval.csv", { role: "evaluation" });
    await addTo(repo, MODEL);
    expect(paths(recordOf(repo).datasets)).toEqual([DATA]);
    expect(paths(recordOf(repo).artifacts)).toEqual([MODEL]);
  });

  it("added or changed while the bytes are not committed is linked to them", async () => {
    const repo = forkRepo(files);
    await addTo(repo, MODEL);
    const { artifacts } = await addTo(repo, DATA, { role: "dataset" });
    expect(artifacts[0]?.models).toEqual(["churn"]);
    trained(repo, DATA, "other\n");
    await addTo(repo, DATA);
    expect(recordOf(repo).datasets).toMatchObject([{ path: DATA, size: 6 }]);
    expect(recordOf(repo).version).toBe("0.1.0-dev.1");
  });

  it("that changes later does not become what the model was trained on, until it is trained again", async () => {
    const repo = forkRepo(draft);
    const before = repo.read(RECORD);
    trained(repo, DATA, "other\n");
    repo.write("data/feb.csv", "feb\n");
    const { waiting } = await addTo(repo, [DATA, "data/feb.csv"], { role: "dataset" });
    expect(waiting).toEqual([DATA, "data/feb.csv"]);
    expect(repo.read(RECORD)).toBe(before);
    trained(repo, MODEL, BYTES.B);
    expect((await addTo(repo, MODEL)).models[0]?.relinked).toBe(true);
    expect(recordOf(repo).datasets).toMatchObject([
      { path: "data/feb.csv", size: 4 },
      { path: DATA, size: 6 },
    ]);
  });

  it("that was committed for something else, and never listed, is not linked unseen", async () => {
    const repo = forkRepo(draft);
    repo.write("data/other.csv", "o\n");
    await addTo(repo, "data/other.csv", { role: "dataset" });
    repo.commit("Data of another kind");
    trained(repo, MODEL, BYTES.B);
    await addTo(repo, MODEL);
    expect(paths(recordOf(repo).datasets)).toEqual([DATA]);
    await addTo(repo, "data/other.csv", { models: ["churn"] });
    expect(paths(recordOf(repo).datasets)).toEqual(["data/other.csv", DATA]);
  });

  it("keeps a snapshot id of the team's own", async () => {
    const repo = forkRepo(draft);
    repo.write(RECORD, repo.read(RECORD).replace(/dataset_snapshot_id: .*/, "dataset_snapshot_id: lake-42"));
    trained(repo, DATA, "other\n");
    await addTo(repo, DATA);
    trained(repo, MODEL, BYTES.B);
    await addTo(repo, MODEL);
    expect(recordOf(repo).fields["dataset_snapshot_id"]).toBe("lake-42");
  });

  it("that was added as a model by mistake becomes data by a second add", async () => {
    const repo = forkRepo(draft);
    const before = repo.read(RECORD);
    trained(repo, "data/feb.csv", "feb\n");
    await addTo(repo, "data/feb.csv");
    expect(paths(recordOf(repo).artifacts)).toEqual(["data/feb.csv", MODEL]);
    await addTo(repo, "data/feb.csv", { role: "dataset" });
    expect(repo.read(RECORD)).toBe(before);
    expect(repo.read("data/feb.csv.mv.yaml")).toContain("role: dataset\n");
  });
});

describe("numbers", () => {
  it("before the first release each committed training is a draft of its own, and a second add keeps it", async () => {
    const repo = forkRepo(draft);
    const versions: string[] = [];
    for (const bytes of [BYTES.B, BYTES.C]) {
      for (const again of ["1", "2"]) {
        trained(repo, MODEL, bytes + again);
        await addTo(repo, MODEL);
        versions.push(recordOf(repo).version);
      }
      repo.commit("Training");
    }
    expect(versions).toEqual(["0.1.0-dev.2", "0.1.0-dev.2", "0.1.0-dev.3", "0.1.0-dev.3"]);
  });

  it("after it the number stays until somebody decides, except on free branches", async () => {
    const repo = forkRepo(released);
    repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}policy:\n  free_branches: ["exp/*"]\n`);
    repo.commit("Explore freely");
    trained(repo, MODEL, BYTES.C);
    expect((await addTo(repo, MODEL)).models[0]).toMatchObject({
      version: "1.0.0",
      overwrites: "release",
      next: { tag: "mv tag v1.1.0 -a -m WHY", draft: "mv bump draft" },
    });
    repo.git("switch", "--quiet", "-c", "exp/depth");
    trained(repo, MODEL, BYTES.D);
    expect((await addTo(repo, MODEL)).models[0]).toMatchObject({ version: "1.1.0-dev.1", overwrites: null });
  });
});

describe("several models", () => {
  it("share an artifact, and all of them are concerned when it changes", async () => {
    const repo = forkRepo(files);
    const settings = repo.read(".mversion.yaml");
    repo.write(
      ".mversion.yaml",
      `${settings}  risk: {record: risk.model.yaml, tag: "{model}@v{version}"}\n  ltv: {record: ltv.model.yaml, tag: "{model}@v{version}"}\n`,
    );
    repo.write("models/tok/vocab", "a");
    expect(await refusal(addTo(repo, "models/tok"))).toMatchObject({ code: "model-needed" });
    await addTo(repo, "models/tok", { models: ["churn", "risk"] });
    await addTo(repo, MODEL, { models: ["churn"], given: NINETY });
    expect(paths(recordOf(repo).artifacts)).toEqual([MODEL, "models/tok"]);
    expect(paths(recordOf(repo, "risk").artifacts)).toEqual(["models/tok"]);
    expect(repo.exists("ltv.model.yaml")).toBe(false);
    repo.commit("Two models");
    repo.write("models/tok/vocab", "b");
    const { models, artifacts } = await addTo(repo, "models/tok");
    expect(models.map(({ model, version }) => [model, version])).toEqual([
      ["churn", "0.1.0-dev.2"],
      ["risk", "0.1.0-dev.2"],
    ]);
    expect(artifacts[0]?.models).toEqual(["churn", "risk"]);
    expect(recordOf(repo).fields["metrics"]).toBeUndefined();
  });

  it("equal bytes are one object", async () => {
    const repo = createRepo();
    repo.write(".mversion.yaml", 'schema: 1\nmodels:\n  a: {record: a.model.yaml, tag: "v{version}"}\n');
    repo.write("one", "same");
    repo.write("two", "same");
    await addTo(repo, ["one", "two"]);
    const objects = readdirSync(repo.path(".git/mversion/cache/objects"), { recursive: true });
    expect(objects.filter((name) => String(name).length > 60)).toHaveLength(1);
  });
});
