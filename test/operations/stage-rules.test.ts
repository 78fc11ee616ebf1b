// The rules of a stage on real repositories: where they are set, and what counts for them.
import { beforeAll, describe, expect, it } from "vitest";
import { approve } from "../../src/operations/approve.ts";
import { openProject, type Project } from "../../src/operations/project.ts";
import { promote } from "../../src/operations/promote.ts";
import { rollback } from "../../src/operations/rollback.ts";
import { sampleProject } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { cloneRepo, createRepo, testEnv, type TestRepo, tick, withEnv } from "../helpers/git.ts";
import { allowedSigners, signWith, sshKey } from "../helpers/keys.ts";
import { isMissing } from "../helpers/programs.ts";

const DAY = 86_400;
let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
});

/** The sample with these stages, committed on main. */
function withStages(stages: string): TestRepo {
  const repo = forkRepo(base);
  setStages(repo, stages);
  repo.git("commit", "-qam", "Set the stages");
  return repo;
}

function setStages(repo: TestRepo, stages: string): void {
  const settings = repo.read(".mversion.yaml").replace(/^stages: .*\n/m, "");
  repo.write(".mversion.yaml", `${settings}stages: ${stages}\n`);
}

/** The project `days` after the newest tag or commit of the test. */
function later(repo: TestRepo, days = 0, warnings: string[] = []): Promise<Project> {
  const now = new Date((tick() + days * DAY) * 1000);
  return openProject({ cwd: repo.dir, env: testEnv(), now: () => now, warn: (text) => void warnings.push(text) });
}

/** Promotes, and gives what was refused: the code, each rule and where it is set. */
async function refused(repo: TestRepo, version: string, stage: string, days = 0): Promise<string> {
  try {
    await promote(await later(repo, days), { version, stage, reason: "why" });
    return "done";
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string };
    return `${code}: ${message} | ${hint}`;
  }
}

async function approveAs(repo: TestRepo, name: string, version: string): Promise<void> {
  const email = `${name.toLowerCase()}@example.org`;
  await withEnv({ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email }, async () => {
    await approve(await later(repo), { version, stage: "production", reason: "fine" });
  });
}

describe("requires and min_days", () => {
  it("send a version by the stage before, for as long as it takes", async () => {
    const repo = withStages("{staging: {}, production: {requires: staging, min_days: 3}}");
    expect(await refused(repo, "v1.0.0", "production")).toMatchInlineSnapshot(
      `"stage-rule: production needs churn 1.0.0 to have run on staging, and it has not (.mversion.yaml stages.production.requires) | mv promote v1.0.0 churn@staging -m WHY"`,
    );
    expect(await refused(repo, "v1.0.0", "staging")).toBe("done");
    expect(await refused(repo, "v1.1.0", "production", 9)).toMatch("requires");
    expect(await refused(repo, "v1.0.0", "production", 2)).toMatch(
      /^stage-rule: production needs churn 1\.0\.0 to have run on staging for 3 days, and it ran there for 2 days/,
    );
    expect(await refused(repo, "v1.0.0", "production", 3.1)).toBe("done");
  });

  it("count what ran in a split too", async () => {
    const repo = withStages("{staging: {}, production: {requires: staging}}");
    expect(await refused(repo, "v1.0.0", "staging")).toBe("done");
    await promote(await later(repo), { version: "v1.1.0", stage: "staging", weight: 10, reason: "why" });
    expect(await refused(repo, "v1.1.0", "production")).toBe("done");
  });
});

describe("metrics", () => {
  it("are those that the release sealed, not those of today's record", async () => {
    const repo = withStages('{staging: {}, production: {metrics: {accuracy: ">= 0.905"}}}');
    expect(await refused(repo, "v1.0.0", "production")).toMatchInlineSnapshot(
      `"stage-rule: production needs accuracy >= 0.905, and churn 1.0.0 has 0.9 (.mversion.yaml stages.production.metrics.accuracy) | mv log, for a version that has it"`,
    );
    expect(await refused(repo, "v1.1.0", "production")).toBe("done");
    repo.git("checkout", "-q", "-b", "polish");
    const record = repo.read("churn.model.yaml").replace(/accuracy: [\d.]+/, "accuracy: 0.99");
    repo.commit("Polish the numbers", { "churn.model.yaml": record });
    expect(await refused(repo, "v1.0.0", "production")).toMatch("has 0.9");
  });
});

describe("a rollback", () => {
  it("is stopped by none of them", async () => {
    const repo = withStages("{staging: {}, production: {}}");
    expect(await refused(repo, "v1.0.0", "production")).toBe("done");
    expect(await refused(repo, "v1.1.0", "production")).toBe("done");
    setStages(repo, '{staging: {}, production: {requires: staging, approvals: 2, metrics: {accuracy: "> 1"}}}');
    repo.git("commit", "-qam", "Tighten");
    const { assigned } = await rollback(await later(repo), { stage: "production", reason: "Recall fell" });
    expect(assigned.baseline).toBe("1.0.0");
    // And what is there already may get another share.
    expect(await refused(repo, "v1.1.0", "production")).toMatch("stage-rule");
  });
});

describe("the rules that hold", () => {
  it("are the default branch's: no branch loosens them, and one may add to them", async () => {
    const server = createRepo({ bare: true });
    const repo = withStages("{staging: {}, production: {approvals: 1}}");
    repo.git("remote", "add", "origin", server.dir);
    repo.git("push", "-q", "--follow-tags", "origin", "main");
    repo.git("checkout", "-q", "-b", "loose");
    setStages(repo, "{staging: {}, production: {}}");
    repo.git("commit", "-qam", "Loosen");
    expect(await refused(repo, "v1.1.0", "production")).toMatchInlineSnapshot(
      `
      "stage-rule: production needs 1 approval of churn 1.1.0 by others than its author, and it has none that counts (.mversion.yaml of origin/main stages.production.approvals) | mv approve v1.1.0 churn@production -m WHY, by another person
      Or see what others did meanwhile: git fetch --tags"
    `,
    );
    setStages(repo, '{staging: {}, production: {approvals: 1, metrics: {accuracy: "> 0.95"}}}');
    const both = await refused(repo, "v1.1.0", "production");
    expect(both).toMatch("approvals)");
    expect(both).toMatch("metrics.accuracy)");
    expect(both.match(/needs 1 approval/g)).toHaveLength(1);
  });

  it("are the default branch's for the stage before and for an author's approval, too", async () => {
    const repo = withStages("{staging: {signed: true}, production: {requires: staging, approvals: 1}}");
    repo.git("remote", "add", "origin", createRepo({ bare: true }).dir);
    repo.git("push", "-q", "--follow-tags", "origin", "main");
    repo.git("switch", "-qc", "loose");
    setStages(repo, "{staging: {}, production: {}}");
    repo.git("commit", "-qam", "Loosen");
    const lax = withStages("{staging: {}, production: {}}");
    await promote(await later(lax), { version: "v1.1.0", stage: "staging", reason: "why" });
    forgeTag(repo, "churn#staging#1", tagMessage(lax, "churn#staging#1"), "v1.1.0");
    expect(await refused(repo, "v1.1.0", "production")).toMatch("to have run on staging, and it has not");
    await expect(
      approve(await later(repo), { version: "v1.1.0", stage: "production", reason: "mine" }),
    ).rejects.toThrow("needs approvals by others (.mversion.yaml of origin/main stages.production.approvals)");
  });

  it("are not those of an old version that is checked out", async () => {
    const repo = withStages("{staging: {}, production: {requires: staging}}");
    setStages(repo, "{staging: {}, production: {}}");
    repo.git("commit", "-qam", "Loosen on main, as reviewed");
    repo.git("checkout", "-q", "--detach", "HEAD~1");
    expect(await refused(repo, "v1.1.0", "production")).toBe("done");
  });

  it("are found in a clone whose default branch was never checked out", async () => {
    const server = withStages("{staging: {}, production: {approvals: 1}}");
    const clone = cloneRepo(server);
    clone.git("checkout", "-q", "--detach", "v1.0.0");
    expect(await refused(clone, "v1.1.0", "production")).toMatch(
      "(.mversion.yaml of origin stages.production.approvals)",
    );
  });
});

describe.skipIf(isMissing("ssh-keygen"))("signed", () => {
  it("counts good signatures of the tagger alone, for release and approvals, and signs the assignment", async () => {
    const [ada, ben, eve] = ["ada", "ben", "eve"].map((name) => sshKey(name));
    if (!ada || !ben || !eve) throw new Error("no keys");
    const repo = withStages("{staging: {}, production: {approvals: 1, signed: true}}");
    signWith(repo, ada);
    expect(await refused(repo, "v1.1.0", "production")).toMatchInlineSnapshot(`
      "stage-rule: production needs v1.1.0 to be signed by its tagger, and it is not signed (.mversion.yaml stages.production.signed)
      production needs 1 approval of churn 1.1.0 by others than its author, and it has none that counts (.mversion.yaml stages.production.approvals) | mv tag --sign for the next version; a release stays as it is
      mv approve v1.1.0 churn@production -m WHY, by another person"
    `);

    const signers = allowedSigners(`ada@example.org ${ada.publicLine}`, `ben@example.org ${ben.publicLine}`);
    repo.git("config", "mversion.allowedSigners", signers);
    expect(await refused(repo, "v1.1.0", "production")).toMatch(
      "v1.1.0 to be signed by its tagger, and it is not signed",
    );
    repo.git("config", "tag.gpgSign", "true");
    const { run } = await import("../helpers/cli.ts");
    await run(repo, "mv set owner=risk");
    expect((await run(repo, "mv tag v1.1.1 -a -m Signed")).status).toBe(0);

    // Eve has Ben's name and not his key.
    signWith(repo, eve);
    await approveAs(repo, "Ben", "v1.1.1");
    expect(await refused(repo, "v1.1.1", "production")).toMatch(
      "not approved/churn/production/1.1.1/1: it is signed by",
    );
    signWith(repo, ben);
    await approveAs(repo, "Ben", "v1.1.1");
    signWith(repo, ada);
    expect(await refused(repo, "v1.1.1", "production")).toBe("done");
    expect(repo.git("cat-file", "tag", "churn#production#1")).toMatch("BEGIN SSH SIGNATURE");
  });
});
