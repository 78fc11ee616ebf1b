import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identify, type IdentifyResult } from "../../src/operations/identify.ts";
import { openProject } from "../../src/operations/project.ts";
import { BYTES, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { cloneRepo, scratchDir, type TestRepo } from "../helpers/git.ts";

async function identified(repo: TestRepo, what: string, model?: string): Promise<IdentifyResult> {
  return identify(await openProject({ cwd: repo.dir, env: process.env }), { what, model });
}

const holders = (result: IdentifyResult): string[] =>
  result.holdings.map(({ model, version, state, as, path }) => `${model} ${version} ${state} ${as} ${path}`);

describe("identify", () => {
  it("knows folders wherever they lie, and the files inside", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.write("models/tokenizer/vocab.json", '{"a":0}\n');
    await play(repo, "mv add models/tokenizer", "mv tag v1.1.0 -a -m Tokenizer");
    const copy = join(scratchDir("copy"), "downloaded");
    mkdirSync(copy);
    writeFileSync(join(copy, "vocab.json"), '{"a":0}\n');
    expect(holders(await identified(repo, copy))).toEqual(["churn 1.1.0 released artifact models/tokenizer"]);
    expect(holders(await identified(repo, join(copy, "vocab.json")))).toEqual([
      "churn 1.1.0 released member models/tokenizer/vocab.json",
    ]);
  });

  it("names every version of every model, the newest first, or of one model", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await play(repo, "mv revert v1.0.0", "mv tag v1.1.1", "mv init --model risk --no-hooks");
    await play(repo, `mv add ${MODEL} --model risk`, "mv tag risk@v1.0.0 -a -m Same");
    expect(holders(await identified(repo, "14148f94"))).toEqual([
      `risk 1.0.0 released artifact ${MODEL}`,
      `churn 1.1.1 released artifact ${MODEL}`,
      `churn 1.0.0 released artifact ${MODEL}`,
      `churn 0.1.0-dev.2 draft artifact ${MODEL}`,
    ]);
    expect(holders(await identified(repo, MODEL, "risk"))).toEqual([`risk 1.0.0 released artifact ${MODEL}`]);
  });

  it("knows what is declared only here, and not what is merely on disk", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, BYTES.D);
    await expect(identified(repo, MODEL)).rejects.toMatchObject({ code: "nothing-found", exit: 1 });
    await play(repo, `mv add ${MODEL}`, "mv bump draft");
    expect(holders(await identified(repo, MODEL))).toEqual([`churn 1.2.0-dev.1 declared artifact ${MODEL}`]);
    repo.git("commit", "-qam", "Draft");
    expect(holders(await identified(repo, MODEL))).toEqual([`churn 1.2.0-dev.1 draft artifact ${MODEL}`]);
  });

  it("knows a file inside a folder that is declared only here, and what cannot be added from elsewhere", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    repo.write("models/tokenizer/vocab.json", '{"a":0}\n');
    await play(repo, "mv add models/tokenizer");
    expect(holders(await identified(repo, "models/tokenizer/vocab.json"))).toEqual([
      "churn 1.0.0 declared member models/tokenizer/vocab.json",
    ]);
    const elsewhere = join(scratchDir("elsewhere"), "other.bin");
    writeFileSync(elsewhere, "other");
    await expect(identified(repo, elsewhere)).rejects.toMatchObject({ hint: "git fetch --tags" });
  });

  it("says that a shallow clone may not know", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const clone = cloneRepo(repo, { flags: ["--depth=1"] });
    await expect(identified(clone, "54fc455b")).rejects.toMatchObject({
      code: "nothing-found",
      hint: "git fetch --unshallow --tags",
    });
  });

  it("takes any hash, and seven digits for no hash", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    expect((await identified(repo, "B3242F12")).holdings).toHaveLength(1);
    await expect(identified(repo, "b3242f1")).rejects.toMatchObject({ code: "usage" });
  });
});
