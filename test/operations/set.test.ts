// What `mv set` and `mv capture` write into a record.
import { beforeAll, describe, expect, it } from "vitest";
import { numberText, type Value } from "../../src/model/value.ts";
import { captureInto } from "../../src/operations/capture.ts";
import { set, type SetResult } from "../../src/operations/set.ts";
import { BYTES, MODEL, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { addTo, openRepo, recordOf } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";

const RECORD = "churn.model.yaml";

let draft: TestRepo;
let released: TestRepo;

beforeAll(async () => {
  draft = await sampleProject({ until: "draft" });
  released = await sampleProject({ until: "1.0.0" });
});

async function setIn(repo: TestRepo, values: Record<string, Value>, unset: string[] = []): Promise<SetResult> {
  return set(await openRepo(repo), { values: Object.entries(values), unset });
}

describe("set", () => {
  it("reaches into maps and keeps comments, order and numbers as typed", async () => {
    const repo = forkRepo(draft);
    repo.write(
      RECORD,
      repo.read(RECORD).replace(/^metrics:.*$/m, "# by hand\nmetrics: {accuracy: 0.89, f1@0.5: 0.80}  # fold 3"),
    );
    await setIn(repo, {
      "metrics.f1@0.5": numberText("0.90"),
      "hyperparameters.optimizer.lr": numberText("1e-4"),
      features: ["age", "income"],
      card: { risk: "low" },
    });
    const text = repo.read(RECORD);
    expect(text).toContain("\n# by hand\nmetrics: {accuracy: 0.89, f1@0.5: 0.90}  # fold 3\n");
    expect(text).toContain("\nhyperparameters: {C: 1.0, optimizer: {lr: 1e-4}}\n");
    expect(text).toContain("\nfeatures: [age, income]\n");
    expect(text).toMatch(/card: \{risk: low\}\n$/);
    expect(repo.git("status", "--short")).toBe(`M  ${RECORD}`);
  });

  it("says what changed, and writes nothing where nothing did", async () => {
    const repo = forkRepo(draft);
    const before = repo.read(RECORD);
    expect(
      await setIn(repo, { "metrics.accuracy": numberText("0.89"), feature_set_version: "3.1.0" }, ["nothing.here"]),
    ).toEqual({
      model: "churn",
      record: RECORD,
      changed: [],
      correction: null,
    });
    expect(repo.read(RECORD)).toBe(before);
    expect((await setIn(repo, { owner: "ada", feature_set_version: "3.1.0" }, ["metrics"])).changed).toEqual([
      "owner",
      "metrics",
    ]);
  });

  it("names the correction of a release, not of bytes that have no number yet", async () => {
    const repo = forkRepo(released);
    expect((await setIn(repo, { owner: "ada" })).correction).toBe("mv tag v1.0.1 -a -m WHY");
    trained(repo, MODEL, BYTES.E);
    await addTo(repo, MODEL);
    expect((await setIn(repo, { owner: "ben" })).correction).toBeNull();
  });

  it("refuses what is derived, what the format does not allow, and odd keys; nothing is written", async () => {
    const repo = forkRepo(draft);
    const wrong: Record<string, Value>[] = [
      { version: "1.0.0" },
      { "artifacts.0.sha256": "x" },
      { metrics: "high" },
      { "metrics.accuracy": "high" },
      { "metrics.accuracy": "" },
      { "library_versions.torch": ["2"] },
      { features: "age" },
      { training_date: "2026-02-30" },
      { training_date: numberText("2026") },
      { "a..b": "x" },
      { "": "x" },
      { " a": "x" },
    ];
    const before = repo.read(RECORD);
    const codes: string[] = [];
    for (const values of wrong) codes.push((await refusal(setIn(repo, { owner: "ada", ...values }))).code);
    expect(new Set(codes)).toEqual(new Set(["usage"]));
    expect(repo.read(RECORD)).toBe(before);
  });

  it("takes keys of any prototype for what they are: keys", async () => {
    const repo = forkRepo(draft);
    const values = [
      ["__proto__.polluted", "yes"],
      ["constructor", "x"],
    ] as const;
    await set(await openRepo(repo), { values, unset: [] }).catch(() => undefined);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(recordOf(repo).model_name).toBe("churn");
  });
});

describe("capture", () => {
  it("replaces libraries and environment, and adds parameters and metrics to those that are there", async () => {
    const repo = forkRepo(draft);
    repo.write("requirements.txt", "torch==2.10\n");
    const project = await openRepo(repo);
    const metrics = { auc: numberText("0.90") };
    const result = await captureInto(project, { python: "requirements.txt", metrics });
    expect(result).toMatchObject({ source: "requirements.txt", library_versions: { torch: "2.10" }, changed: true });
    expect(repo.read(RECORD)).toContain('library_versions: {torch: "2.10"}\n');
    expect(repo.read(RECORD)).toContain("metrics: {accuracy: 0.89, auc: 0.90}\n");
  });

  it("leaves the record alone where there is nothing to read", async () => {
    const repo = forkRepo(draft);
    const before = repo.read(RECORD);
    expect(await captureInto(await openRepo(repo), {})).toMatchObject({ source: null, changed: false });
    expect(repo.read(RECORD)).toBe(before);
  });
});
