// What closes the gaps of an audit, and what opens new ones.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditInput, type Row } from "../../src/operations/audit.ts";
import { MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { cloneRepo, type TestRepo } from "../helpers/git.ts";
import { allowedSigners, signWith, sshKey } from "../helpers/keys.ts";
import { isMissing } from "../helpers/programs.ts";
import { openRepo } from "../helpers/project.ts";

async function rowsOf(repo: TestRepo, version: string, input: AuditInput = {}): Promise<(number: number) => Row> {
  const result = await audit(await openRepo(repo), { version, ...input });
  return (number) => {
    const row = result.versions[0]?.rows[number - 1];
    if (!row) throw new Error(`no question ${number}`);
    return row;
  };
}

/** Everything that a person can say of a version, and does. */
async function fullyDescribed(): Promise<TestRepo> {
  const repo = await sampleProject({ until: "1.1.0" });
  const commit = repo.head();
  repo.write(
    "base.features.yaml",
    'schema: 1\nname: base\nversion: "3.1.0"\ncolumns: [{name: age, type: int64}, {name: income, type: float32}]\n',
  );
  repo.write("reports/churn.md", "# Test report\n");
  repo.write("data/test.csv", "age\n1\n");
  await play(
    repo,
    "mv add data/test.csv --role evaluation",
    `mv set trained.commit=${commit} trained.dirty=false hyperparameters.seed=7 environment.hardware='2 cores, no GPU'`,
    "mv set status=active purpose='Retention campaigns' users=CRM restrictions=Pricing 'limits=[under 18]' owner=risk@example.org",
    "mv set base_model=none license=Apache-2.0 architecture=sha256:77ab training_data.source=warehouse training_data.split=80/20",
    "mv set outputs.churn='leaves within 30 days' thresholds.churn=0.35 slices.north.accuracy=0.9 'confidence_intervals.accuracy=[0.9, 0.92]'",
    "mv set evaluation.data=data/test.csv evaluation.report=reports/churn.md evaluation.date=2026-02-10",
    "mv set fairness='Equal recall by region' sensitive_data=age retention='10 years' scan.tool=picklescan scan.version=1.0.5 scan.result=clean",
    "mv set validation.by='Ben <ben@example.org>' validation.date=2026-02-20 validation.next=2999-02-20 validation.expires=2999-03-01",
  );
  repo.git("add", "base.features.yaml", "reports/churn.md");
  await play(repo, 'mv tag v1.1.1 -a -m "Say all that is asked"');
  return repo;
}

describe("a version of which everything is said", () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await fullyDescribed();
  });

  it("has gaps only where other people and keys are needed", async () => {
    const { versions } = await audit(await openRepo(repo), { version: "v1.1.1" });
    const open = versions[0]?.rows.filter(({ state }) => state === "gap").map(({ number }) => number);
    expect(open).toEqual([17, 20, 21, 22]);
  });

  it("is answered with evidence that can be looked up", async () => {
    const row = await rowsOf(repo, "v1.1.1");
    const commit = repo.git("rev-parse", "v1.1.1^{commit}");
    expect(row(2).evidence.slice(0, 2)).toEqual([
      { kind: "tag", name: "v1.1.1", id: repo.git("rev-parse", "v1.1.1") },
      { kind: "commit", name: "", id: commit },
    ]);
    expect(row(5).answer).toContain(`Trained at commit ${repo.git("rev-parse", "v1.1.0^{commit}")}`);
    expect(row(7).answer).toEqual(["Feature set base 3.1.0", "In order: age (int64), income (float32)"]);
    expect(row(16).answer).toContain("accuracy on north 0.9");
    expect(row(17).evidence[0]).toMatchObject({ kind: "file", name: "reports/churn.md" });
    expect(row(12).answer[0]).toBe("patch after 1.1.0: Say all that is asked");
  });

  it("is the newest where no version is asked for, and one of two with all", async () => {
    const project = await openRepo(repo);
    const versionsOf = async (input: AuditInput): Promise<string[]> =>
      (await audit(project, { hash: false, ...input })).versions.map(({ version }) => version);
    expect(await versionsOf({})).toEqual(["1.1.1"]);
    expect(await versionsOf({ all: true })).toEqual(["1.0.0", "1.1.0", "1.1.1"]);
  });

  it("is answered the same in a clone, but for bytes that are not there", async () => {
    const clone = cloneRepo(repo);
    const row = await rowsOf(clone, "v1.1.1");
    expect([row(4).state, row(4).commands]).toEqual(["gap", ["mv fetch v1.1.1"]]);
    expect(row(27).missing).toEqual(["2 objects that are not here"]);
    expect(row(14)).toEqual((await rowsOf(repo, "v1.1.1"))(14));
  });
});

it("docs/audit.md has the questions, in their order", async () => {
  const { versions } = await audit(await openRepo(await sampleProject({ until: "1.0.0" })), { hash: false });
  const table = readFileSync(join(import.meta.dirname, "../../docs/audit.md"), "utf8");
  const documented = [...table.matchAll(/^\| \d+ \| ([^|]+) \|/gm)].map(([, question]) => question);
  expect(documented).toEqual(versions[0]?.rows.map(({ question }) => question));
});

it("commands name the model, and stages too, where there are several", async () => {
  const repo = await sampleProject({ until: "1.0.0" });
  await play(
    repo,
    "mv init --model risk --no-hooks",
    "mv set --model churn --unset library_versions",
    'mv tag v1.0.1 -a -m "Bare"',
  );
  const row = await rowsOf(repo, "v1.0.1");
  expect([10, 20, 22].flatMap((number) => row(number).commands)).toEqual([
    "mv set --model churn environment.hardware=…",
    "mv capture --model churn",
    "mv approve v1.0.1 churn@production -m WHY",
    "mv promote v1.0.1 churn@staging -m WHY",
  ]);
});

describe("an audit finds", () => {
  it("bytes that are not what they were", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const path = repo.path(
      ".git/mversion/cache/objects/b3/b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
    );
    chmodSync(path, 0o644);
    writeFileSync(path, "model X\n");
    const row = await rowsOf(repo, "v1.1.0");
    expect([row(4).state, row(4).missing[0]]).toEqual(["gap", expect.stringContaining("held other bytes")]);
  });

  it("a tag that was moved, and the record that is not the sealed one", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    forgeTag(repo, "v1.0.0", tagMessage(repo, "v1.0.0").replace("Initial", "Final"), "main");
    const row = await rowsOf(repo, "v1.1.0");
    expect([row(26).state, row(26).missing.join("\n")]).toEqual(["gap", expect.stringContaining("was moved")]);
    const moved = await rowsOf(repo, "v1.0.0");
    expect(moved(14)).toMatchObject({ state: "gap", commands: ["mv verify v1.0.0"] });
  });

  it("a validator who made it, a validation that is over, and who never approved", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await play(
      repo,
      "mv set validation.by=ADA@example.org validation.date=2020-01-01 validation.next=2021-01-01 validation.expires=2022-01-01",
      'mv tag v1.1.1 -a -m "Validated"',
      'mv approve v1.1.1 staging -m "Mine"',
      'mv promote v1.1.1 production -m "Go"',
    );
    const row = await rowsOf(repo, "v1.1.1");
    expect(row(19).missing).toContain("a validator who did not make it");
    expect(row(20).missing).toEqual(["an approval by somebody who did not make it"]);
    expect(row(25).missing).toEqual([
      "the validation that was due on 2021-01-01",
      "leave to run: it ended on 2022-01-01, and it stands on production",
    ]);
  });

  it("what ran where, and every change of it", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await play(
      repo,
      'mv promote v1.0.0 production -m "First"',
      'mv promote v1.1.0 production --weight 10 -m "Canary, ticket 4711"',
      'mv rollback production -m "Recall fell"',
    );
    const row = await rowsOf(repo, "v1.1.0");
    expect(row(22).answer).toEqual([expect.stringMatching(/^10 % of production from .* to 20/)]);
    expect([row(22).missing, row(22).commands]).toEqual([["word from production that it really ran there"], []]);
    expect(row(23).answer.map((line) => line.replace(/ 20.*?>: /, ": "))).toEqual([
      "production: 1.0.0 -> 1.0.0 90 %, 1.1.0 10 %: Canary, ticket 4711",
      "production: 1.0.0 90 %, 1.1.0 10 % -> 1.0.0, back to churn#production#1: Recall fell",
    ]);
    const other = await rowsOf(repo, "v1.0.0");
    expect(other(22).answer.map((line) => line.slice(0, 21))).toEqual([
      "100 % of production f",
      "90 % of production fr",
      "100 % of production f",
    ]);
    expect(other(22).answer.at(-1)).toMatch(/, still$/);
    expect(other(22).commands).toEqual(["mv confirm production --version v1.0.0"]);
    await play(repo, "mv confirm production --version v1.0.0 --source https://ci.example.org/7");
    expect((await rowsOf(repo, "v1.0.0"))(22)).toMatchObject({ state: "answered", commands: [] });
  });

  it("inputs that went in a step that is not major", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    await play(repo, "mv set 'features=[age, income]'", 'mv tag v1.1.1 -a -m "Name the features"');
    trained(repo, MODEL, "model D\n", "2026-03-01");
    await play(repo, `mv add ${MODEL}`, "mv set 'features=[age]'", 'mv tag v1.2.0 -a -m "Without income"');
    const row = await rowsOf(repo, "v1.2.0");
    expect([row(12).state, row(12).missing]).toEqual(["gap", [expect.stringContaining("not major")]]);
  });

  it("metrics and what else describes bytes gone with them", async () => {
    const repo = await fullyDescribed();
    trained(repo, MODEL, "model D\n", "2026-03-01");
    await play(repo, `mv add ${MODEL}`, 'mv tag v1.2.0 -a -m "Retrained"');
    const row = await rowsOf(repo, "v1.2.0");
    for (const number of [5, 11, 16, 18, 24, 25]) expect([number, row(number).state]).toEqual([number, "gap"]);
    for (const number of [8, 13, 14, 15]) expect([number, row(number).state]).toEqual([number, "answered"]);
  });
});

describe.skipIf(isMissing("ssh-keygen"))("signatures", () => {
  it("count where the signer is the tagger and may sign, and are named where not", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    const key = sshKey("ada");
    signWith(repo, key);
    await play(repo, "mv set purpose=x", 'mv tag v1.1.1 -a -s -m "Signed"', 'mv approve v1.1.1 production -m "Fine"');
    const unknown = await rowsOf(repo, "v1.1.1");
    expect(unknown(21).state).toBe("gap");
    const signers = allowedSigners(`ada@example.org ${key.publicLine}`);
    const known = await rowsOf(repo, "v1.1.1", { allowedSigners: signers });
    expect(known(21)).toMatchObject({
      state: "answered",
      answer: [expect.stringContaining("signed by ada@example.org with ssh key SHA256:")],
    });
    expect(known(20).answer).toEqual([expect.stringMatching(/^For production: Ada <ada@example.org>, .*, unsigned$/)]);
  });
});
