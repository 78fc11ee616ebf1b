import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { log } from "../../src/operations/log.ts";
import { openProject, type Project } from "../../src/operations/project.ts";
import { BYTES, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { cloneRepo, scratchDir, type TestRepo } from "../helpers/git.ts";

async function open(repo: TestRepo): Promise<{ project: Project; warnings: string[] }> {
  const warnings: string[] = [];
  const project = await openProject({ cwd: repo.dir, env: process.env, warn: (text) => void warnings.push(text) });
  return { project, warnings };
}

/** A metric as log.json keeps it: details are JSON within JSON. */
const frozen = (text: string): string => JSON.stringify(JSON.stringify({ n: text })).slice(1, -1);

const kept = (repo: TestRepo): string => join(repo.dir, ".git/mversion/log.json");

describe("log", () => {
  it("makes the list once and keeps it", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const { project } = await open(repo);
    const first = await log(project, {});
    const text = readFileSync(kept(repo), "utf8");
    expect(text).toContain(frozen("0.90"));
    // Nobody reads the records again: what is kept is what is shown.
    writeFileSync(kept(repo), text.replace(frozen("0.90"), frozen("0.77")));
    const second = await log(project, {});
    expect(JSON.stringify(second)).toBe(JSON.stringify(first).replaceAll('"accuracy":0.9}', '"accuracy":0.77}'));
    // A new tag makes a new list, of records that are still not read again.
    forgeTag(repo, "v1.2.0", tagMessage(repo, "v1.1.0").replaceAll("1.1.0", "1.2.0"));
    const { releases } = await log(project, {});
    expect(releases.map(({ version, metrics }) => [version, JSON.stringify(metrics)])).toEqual([
      ["1.2.0", '{"accuracy":0.91}'],
      ["1.1.0", '{"accuracy":0.91}'],
      ["1.0.0", '{"accuracy":0.77}'],
    ]);
  });

  it("gives the same from what it kept as from the tags, and makes it again where it is damaged", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const { project } = await open(repo);
    const first = JSON.stringify(await log(project, {}));
    expect(JSON.stringify(await log(project, {}))).toBe(first);
    for (const damage of ["", "{", '{"schema":99}', "null", '{"schema":2,"kept":null}']) {
      writeFileSync(kept(repo), damage);
      expect(JSON.stringify(await log(project, {}))).toBe(first);
    }
  });

  it("notices tags that came, went or moved", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const { project } = await open(repo);
    await log(project, {});
    const first = repo.git("rev-parse", "v1.0.0");
    repo.git("tag", "-d", "v1.0.0");
    expect((await log(project, {})).releases).toMatchObject([{ version: "1.1.0", previous: "1.0.0", changes: null }]);
    repo.git("update-ref", "refs/tags/v1.0.0", first);
    expect((await log(project, {})).releases).toMatchObject([{ changes: { artifacts: [{}] } }, { version: "1.0.0" }]);
  });

  it("starts as many git processes for thirty releases as for two", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const count = async (): Promise<number> => {
      const trace = join(scratchDir("trace"), "trace");
      process.env["GIT_TRACE2_EVENT"] = trace;
      try {
        await log((await open(repo)).project, {});
      } finally {
        delete process.env["GIT_TRACE2_EVENT"];
      }
      return readFileSync(trace, "utf8")
        .split("\n")
        .filter((line) => line.includes('"event":"start"')).length;
    };
    await count();
    const few = await count();
    const message = tagMessage(repo, "v1.1.0");
    for (let minor = 2; minor < 32; minor++)
      forgeTag(repo, `v1.${minor}.0`, message.replaceAll("1.1.0", `1.${minor}.0`));
    await count();
    expect(await count()).toBe(few);
    expect(few).toBeLessThan(8);
  });

  it("shows no metrics of a record that is not the sealed one", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    forgeTag(
      repo,
      "v1.2.0",
      tagMessage(repo, "v1.1.0")
        .replaceAll("1.1.0", "1.2.0")
        .replace(/(record: .*sha256: )"[0-9a-f]{64}"/, `$1"${"0".repeat(64)}"`),
    );
    const { project, warnings } = await open(repo);
    const { releases } = await log(project, { max: 1 });
    expect(releases).toMatchObject([{ version: "1.2.0", metrics: {}, changes: { hyperparameters: [] } }]);
    expect(warnings).toEqual([
      "v1.2.0: its record is not the sealed one, so its metrics are not shown: mv verify v1.2.0",
    ]);
  });

  it("warns of tags that claim to be releases, and lists the others", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    forgeTag(repo, "v1.2.0", tagMessage(repo, "v1.1.0").replace("version: 1.1.0", "version: one"));
    repo.git("tag", "-a", "nightly", "-m", "not ours");
    const { project, warnings } = await open(repo);
    const { releases } = await log(project, {});
    expect(releases.map((release) => release.version)).toEqual(["1.1.0", "1.0.0"]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^tag v1\.2\.0 claims to be a release and cannot be read: /);
  });

  it("orders by the day of the tag, not by number: a maintenance release comes first", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("switch", "-qc", "fix", "v1.0.0");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL} --metric accuracy=0.905`, 'mv tag v1.0.1 -a -m "Fix"');
    const { project } = await open(repo);
    const { releases } = await log(project, {});
    expect(releases.map((release) => [release.version, release.previous])).toEqual([
      ["1.0.1", "1.0.0"],
      ["1.1.0", "1.0.0"],
      ["1.0.0", null],
    ]);
    expect((await log(project, { sort: "accuracy", max: 2 })).releases.map((release) => release.version)).toEqual([
      "1.1.0",
      "1.0.1",
    ]);
  });

  it("lists all models, or the one named, with the day in the tagger's zone", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    await play(repo, "mv init --model risk --no-hooks");
    trained(repo, "models/risk.onnx", "risk\n");
    await play(repo, "mv add models/risk.onnx --model risk", "git-mversion tag risk@v1.0.0 -a -m Risk");
    const message = tagMessage(repo, "risk@v1.0.0");
    repo.gitWith(
      { input: message, env: { GIT_COMMITTER_DATE: "2026-03-01T00:30:00 +0900" } },
      "tag",
      "-f",
      "-a",
      "--cleanup=verbatim",
      "-F",
      "-",
      "risk@v1.0.0",
      "HEAD",
    );
    const { project } = await open(repo);
    expect((await log(project, {})).releases.map(({ model, date }) => [model, date])[0]).toEqual([
      "risk",
      "2026-03-01",
    ]);
    const only = await log(project, { model: "churn" });
    expect(only.releases.map((release) => release.model)).toEqual(["churn"]);
    await expect(log(project, { model: "ltv" })).rejects.toMatchObject({ code: "unknown-model" });
  });

  it("says that a shallow clone may lack releases, and fails at nothing where the record is broken", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const clone = cloneRepo(repo, { flags: ["--depth=1"] });
    clone.write("churn.model.yaml", "schema: [\n");
    const { project, warnings } = await open(clone);
    expect((await log(project, {})).unreleased).toEqual([]);
    expect(warnings.join("\n")).toContain("git fetch --unshallow --tags");
    expect(warnings.join("\n")).toContain("churn.model.yaml");
  });
});
