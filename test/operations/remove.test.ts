// What `mv remove` takes away, and what stays.
import { beforeAll, describe, expect, it } from "vitest";
import { remove, type RemoveInput, type RemoveResult } from "../../src/operations/remove.ts";
import { BYTES, DATA, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { addTo, openRepo, recordOf } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";

let draft: TestRepo;
let shared: TestRepo;

beforeAll(async () => {
  draft = await sampleProject({ until: "draft" });
  shared = forkRepo(draft);
  await play(shared, "mv init --model risk --no-hooks");
  shared.write("models/tok/vocab", "v");
  await addTo(shared, "models/tok", { models: ["churn", "risk"] });
  shared.commit("A tokenizer for both");
});

async function removeFrom(repo: TestRepo, paths: string[], input: Partial<RemoveInput> = {}): Promise<RemoveResult> {
  return remove(await openRepo(repo), { paths, ...input });
}

describe("an artifact", () => {
  it("goes from pointer, ignore file and every record; the file stays", async () => {
    const repo = forkRepo(shared);
    const result = await removeFrom(repo, ["models/tok"]);
    expect(result).toMatchObject({ removed: ["models/tok"], left: ["models/tok"], unlisted: [] });
    expect(result.models.map(({ model, version, artifacts }) => [model, version, artifacts])).toEqual([
      ["churn", "0.1.0-dev.3", 1],
      ["risk", "0.1.0-dev.2", 0],
    ]);
    expect(repo.read("models/tok/vocab")).toBe("v");
    expect(repo.read("models/.gitignore")).toBe("/model.onnx\n");
    expect(recordOf(repo).artifacts.map(({ path }) => path)).toEqual([MODEL]);
    expect(recordOf(repo, "risk")).toMatchObject({ artifacts: [], content: null });
  });

  it("that was added a moment ago leaves no trace", async () => {
    const repo = forkRepo(draft);
    repo.write("models/extra.bin", "x");
    await addTo(repo, "models/extra.bin");
    await removeFrom(repo, ["models/extra.bin"], { delete: true });
    expect(repo.git("status", "--short")).toBe("");
    expect(repo.exists("models/extra.bin")).toBe(false);
  });

  it("goes out of one model alone, and is tracked as long as a record lists it", async () => {
    const repo = forkRepo(shared);
    expect(await removeFrom(repo, ["models/tok"], { models: ["risk"] })).toMatchObject({
      removed: [],
      unlisted: ["models/tok"],
    });
    expect(repo.exists("models/tok.mv.yaml")).toBe(true);
    expect(await removeFrom(repo, ["models/tok"], { models: ["churn"] })).toMatchObject({ removed: ["models/tok"] });
    expect(repo.exists("models/tok.mv.yaml")).toBe(false);
    expect(await refusal(removeFrom(repo, [MODEL], { models: ["risk"] }))).toMatchObject({ code: "not-tracked" });
  });

  it("takes metrics with it where the bytes were committed, not before", async () => {
    const repo = forkRepo(shared);
    repo.write("churn.model.yaml", `${repo.read("churn.model.yaml")}metrics: {auc: 0.9}\n`);
    repo.commit("Measured");
    expect((await removeFrom(repo, ["models/tok"])).models[0]?.dropped).toContain("metrics");
    const fresh = await sampleProject();
    fresh.write("models/tok/vocab", "v");
    await play(fresh, `mv add ${MODEL} --metric auc=0.9`);
    await addTo(fresh, "models/tok");
    expect((await removeFrom(fresh, ["models/tok"])).models[0]?.dropped).toEqual([]);
    expect(fresh.read("churn.model.yaml")).toContain("metrics: {auc: 0.9}\n");
  });
});

describe("the file", () => {
  it("goes with --delete, a folder's unknown files not", async () => {
    const repo = forkRepo(shared);
    repo.write(".mvignore", "*.log\n");
    repo.write("models/tok/train.log", "log");
    await removeFrom(repo, ["models/tok", DATA], { delete: true });
    expect([repo.exists("models/tok/vocab"), repo.exists("models/tok/train.log"), repo.exists(DATA)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("is stored first where its bytes are nowhere else, or nothing happens", async () => {
    const repo = forkRepo(draft);
    trained(repo, MODEL, BYTES.E);
    const before = repo.git("status", "--short");
    expect(await refusal(removeFrom(repo, [MODEL], { delete: true }))).toMatchObject({ code: "would-lose" });
    expect(repo.git("status", "--short")).toBe(before);
    const { saved } = await removeFrom(repo, [MODEL], { delete: true, force: true });
    expect(saved).toMatchObject([{ path: MODEL }]);
    expect(repo.exists(MODEL)).toBe(false);
  });
});

describe("data", () => {
  it("stays in the record of what was trained on it, unless it is taken out of that model", async () => {
    const repo = forkRepo(shared);
    await removeFrom(repo, [DATA], { models: ["churn"] });
    expect(repo.exists(`${DATA}.mv.yaml`)).toBe(true);
    expect(recordOf(repo).datasets).toEqual([]);
    expect(recordOf(repo).fields["dataset_snapshot_id"]).toBeUndefined();
    await removeFrom(repo, [DATA]);
    expect(recordOf(repo, "risk").datasets).toMatchObject([{ path: DATA }]);
    expect(repo.exists("data/.gitignore")).toBe(false);
  });
});

describe("an interruption", () => {
  it("is finished by the next command", async () => {
    const repo = forkRepo(draft);
    repo.hook("post-index-change", "");
    const from = { oid: repo.head(), branch: "main" };
    const pointer = repo.read(`${MODEL}.mv.yaml`);
    const files = { [`${MODEL}.mv.yaml`]: { before: pointer, after: null } };
    repo.write(".git/mversion/journal.json", JSON.stringify({ verb: "remove", from, to: null, wanted: {}, files }));
    const warnings: string[] = [];
    await addTo(repo, DATA, { warnings });
    expect(warnings).toEqual(["finished a remove that was interrupted"]);
    expect(repo.exists(`${MODEL}.mv.yaml`)).toBe(false);
  });
});
