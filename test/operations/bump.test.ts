// Which numbers `mv bump` gives, and to whom.
import { beforeAll, describe, expect, it } from "vitest";
import { bump, type BumpInput } from "../../src/operations/bump.ts";
import { BYTES, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { cloneRepo, type TestRepo } from "../helpers/git.ts";
import { addTo, openRepo, recordOf } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";

let draft: TestRepo;
let released: TestRepo;

beforeAll(async () => {
  draft = await sampleProject({ until: "draft" });
  released = await sampleProject({ until: "1.1.0" });
});

async function bumpIn(repo: TestRepo, to: string, input: Partial<BumpInput> = {}): Promise<string> {
  const { models } = await bump(await openRepo(repo), { to, ...input });
  return models.map(({ model, version }) => `${model} ${version}`).join(", ");
}

describe("a level", () => {
  it("counts from the newest release of this line; before the first from nothing", async () => {
    const repo = forkRepo(released);
    repo.git("switch", "--quiet", "-c", "maint", "v1.0.0");
    expect([await bumpIn(repo, "patch"), await bumpIn(repo, "minor")]).toEqual(["churn 1.0.1", "churn 1.1.0"]);
    const first = forkRepo(draft);
    expect([await bumpIn(first, "patch"), await bumpIn(first, "minor"), await bumpIn(first, "major")]).toEqual([
      "churn 0.0.1",
      "churn 0.1.0",
      "churn 1.0.0",
    ]);
  });

  it("counts from what HEAD declares for other bytes, where that is to be tagged yet", async () => {
    const repo = forkRepo(released);
    trained(repo, MODEL, BYTES.D);
    await addTo(repo, MODEL);
    await bumpIn(repo, "minor");
    repo.commit("Declare 1.2.0");
    expect(await bumpIn(repo, "minor")).toBe("churn 1.2.0");
    trained(repo, MODEL, BYTES.E);
    await addTo(repo, MODEL);
    expect(await bumpIn(repo, "minor")).toBe("churn 1.3.0");
  });
});

describe("a draft", () => {
  it("is above every draft in the history, and the same until a commit", async () => {
    const repo = forkRepo(released);
    const numbers: string[] = [];
    for (const bytes of [BYTES.D, BYTES.E]) {
      trained(repo, MODEL, bytes);
      await addTo(repo, MODEL);
      numbers.push(await bumpIn(repo, "draft"), await bumpIn(repo, "draft"));
      repo.commit("Draft");
    }
    expect(numbers).toEqual(["churn 1.2.0-dev.1", "churn 1.2.0-dev.1", "churn 1.2.0-dev.2", "churn 1.2.0-dev.2"]);
  });
});

describe("a reason", () => {
  it("is the declared version's: a new number drops it, the same number keeps it", async () => {
    const repo = forkRepo(released);
    await bumpIn(repo, "minor", { reason: "Deeper: #4711 retrained" });
    expect(recordOf(repo).fields["reason"]).toBe("Deeper: #4711 retrained");
    await bumpIn(repo, "minor");
    expect(recordOf(repo).fields["reason"]).toBe("Deeper: #4711 retrained");
    await bumpIn(repo, "major");
    expect(recordOf(repo).fields["reason"]).toBeUndefined();
  });
});

describe("--affected", () => {
  it("raises models with other bytes than HEAD that have no number for them yet", async () => {
    const repo = forkRepo(draft);
    await play(repo, "mv init --model risk --no-hooks", "mv init --model ltv --no-hooks");
    repo.write("models/tok", "v1");
    await addTo(repo, "models/tok", { models: ["churn", "risk"] });
    repo.write("models/ltv.bin", "ltv");
    await addTo(repo, "models/ltv.bin", { models: ["ltv"] });
    repo.commit("All");
    await play(repo, 'mv tag churn@v1.0.0 risk@v1.3.0 ltv@v2.0.0 -m "First"');
    expect(await refusal(bumpIn(repo, "minor", { affected: true }))).toMatchObject({ code: "nothing-to-release" });
    repo.write("models/tok", "v2");
    await addTo(repo, "models/tok");
    expect(await bumpIn(repo, "patch", { model: "risk" })).toBe("risk 1.3.1");
    expect(await bumpIn(repo, "minor", { affected: true })).toBe("churn 1.1.0, risk 1.3.1");
    expect(recordOf(repo, "ltv").version).toBe("2.0.0");
    expect(repo.git("diff", "--name-only")).toBe("");
  });
});

describe("refused", () => {
  it("what is released, too low or no version; nothing is written", async () => {
    const repo = forkRepo(released);
    const codes: string[] = [];
    for (const to of ["1.0.0", "0.9.0", "1.1.0-rc.1", "1.2", "latest", ""])
      codes.push((await refusal(bumpIn(repo, to))).code);
    expect(codes).toEqual([
      "version-exists",
      "version-not-above",
      "version-not-above",
      "bad-version",
      "bad-version",
      "bad-version",
    ]);
    expect(await refusal(bumpIn(repo, "minor", { affected: true, model: "churn" }))).toMatchObject({ code: "usage" });
    expect(repo.git("status", "--short")).toBe("");
  });

  it("in a clone that does not know what was released", async () => {
    const shallow = cloneRepo(released, { flags: ["--depth=1"] });
    expect(await refusal(bumpIn(shallow, "minor"))).toMatchObject({ code: "incomplete" });
    const tagless = cloneRepo(released, { flags: ["--no-tags"] });
    expect(await refusal(bumpIn(tagless, "minor"))).toMatchObject({ code: "incomplete" });
  });
});
