import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { BYTES, json, MODEL, play, sampleProject, screen, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { scratchDir, type TestRepo } from "../helpers/git.ts";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
});

/** An annotated tag as another tool makes it, at that second of a day in May. */
function foreign(repo: TestRepo, name: string, target: string, second: number, message = "Assigning stage"): void {
  const date = `2026-05-01T12:00:${String(second).padStart(2, "0")}Z`;
  const env = { GIT_COMMITTER_DATE: date, GIT_COMMITTER_NAME: "Gil", GIT_COMMITTER_EMAIL: "gil@example.org" };
  repo.gitWith({ env }, "tag", "-a", "-m", message, name, `${target}^{commit}`);
}

describe("mv stages", () => {
  it("reads what GTO assigned, and takes its numbers into account", async () => {
    const repo = forkRepo(base);
    foreign(repo, "churn#production", "v1.0.0", 1);
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0  since 2026-05-01 12:00 +0000 by Gil, by GTO  Assigning stage"
    `);
    foreign(repo, "churn#production#5", "v1.1.0", 2, "Assigning stage production to artifact churn version v1.1.0");
    foreign(repo, "churn#canary#6", "v1.1.0", 3);
    foreign(repo, "churn#staging#7", "v1.1.0", 3);
    foreign(repo, "churn#staging!#8", "v1.1.0", 4);
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     nothing      since 2026-05-01 12:00 +0000 by Gil, by GTO  Assigning stage
      production  churn 1.1.0  since 2026-05-01 12:00 +0000 by Gil, by GTO  Assigning stage production to artifact churn version v1.1.0
      canary      churn 1.1.0  since 2026-05-01 12:00 +0000 by Gil, by GTO  Assigning stage
      ! canary is no stage of .mversion.yaml"
    `);
    expect(await screen(repo, "mv promote v1.0.0 production -m Back")).toMatchInlineSnapshot(`
      "churn 1.0.0 on production  tag churn#production#6
      ! Before: 1.1.0"
    `);
    expect(await screen(repo, "mv promote v1.0.0 staging -m Again")).toMatchInlineSnapshot(`
      "churn 1.0.0 on staging  tag churn#staging#9
      ! Before: nothing"
    `);
    expect(await screen(repo, "mv log --stage staging")).toMatchInlineSnapshot(`
      "churn#staging#9  churn 1.0.0  2026-01-01 00:42 +0000 Ada (back-dated)  Again
      churn#staging!#8  churn 1.1.0 -> nothing  2026-05-01 12:00 +0000 Gil (by GTO)  Assigning stage
      churn#staging#7  churn 1.1.0  2026-05-01 12:00 +0000 Gil (by GTO)  Assigning stage"
    `);
    expect(await screen(repo, "mv rollback production -m Why")).toMatchInlineSnapshot(`
      "churn 1.1.0 on production  tag churn#production#7
      ! Before: 1.0.0"
    `);
  });

  it("passes over tags that cannot be read, whoever made them", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv promote v1.0.0 production -m First");
    const stolen = repo.git("cat-file", "tag", "churn#production#1").replace("tag churn#production#1", "tag x");
    const oid = repo.gitWith({ input: `${stolen}\n` }, "hash-object", "-t", "tag", "-w", "--stdin");
    repo.git("update-ref", "refs/tags/churn#production#2", oid);
    foreign(repo, "churn#production#3", "v1.0.0", 1, "why\n\n---\nmversion: 1\nevent: assign\nmodel: [");
    foreign(repo, "churn#production#4", "v1.0.0", 1, "why\n\n---\nmversion: 1\nevent: later\n");
    repo.git("commit", "-q", "--allow-empty", "-m", "Unreleased");
    foreign(repo, "churn#production#5", "HEAD", 1);
    repo.git("tag", "churn#production#6", "v1.0.0^{tree}");
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "! mversion: warning: tag churn#production#6 is passed over: no release of churn is at <tag churn#production#6>, which it points at
      ! mversion: warning: tag churn#production#5 is passed over: no release of churn is at <commit 5>, which it points at
      ! mversion: warning: tag churn#production#4 is passed over: it is no assignment that this mversion can read
      ! mversion: warning: tag churn#production#3 is passed over: churn#production#3:4: flow sequence in block collection must be sufficiently indented and end with a ]
      ! mversion: warning: tag churn#production#2 is passed over: the tag object calls itself x
      staging     -
      production  churn 1.0.0  since 2026-01-01 00:51 +0000 by Ada  First"
    `);
    expect(await screen(repo, "mv verify v1.0.0")).toContain("churn 1.0.0");
  });

  it("recognises a plain tag that lost its object", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv promote v1.0.0 production -m First");
    repo.git("-c", "mversion.unlock=churn#production#1", "tag", "-f", "churn#production#1", "v1.0.0^{commit}");
    expect(await screen(repo, "mv stages")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0  since an unknown time
      ! churn#production#1 is a plain tag here: who, when and shares are not known. Next: git fetch --force --tags"
    `);
    expect(await screen(repo, "mv show production")).toContain("churn 1.0.0");
    expect(await screen(repo, "mv promote v1.1.0 production -m Second")).toMatchInlineSnapshot(`
      "! mversion: churn#production#1 is a plain tag here, so the next assignment cannot seal it
      ! Next: git fetch --force origin 'refs/tags/churn#production#*:refs/tags/churn#production#*'
      exit 14"
    `);
  });

  it("tells what ran at a time, by the chain and not by the clocks", async () => {
    const repo = forkRepo(base);
    const at = async (version: string, date: string): Promise<void> => {
      await play(repo, `mv promote ${version} production -m 'From ${date}'`);
      const name = repo.git("tag", "--list", "churn#production#*").split("\n").at(-1) ?? "";
      const text = repo.git("cat-file", "tag", name).replace(/^(tagger .*> )\d+/m, `$1${Date.parse(date) / 1000}`);
      const oid = repo.gitWith({ input: `${text}\n` }, "hash-object", "-t", "tag", "-w", "--stdin");
      repo.git("update-ref", `refs/tags/${name}`, oid);
    };
    await at("v1.0.0", "2026-03-01T12:00Z");
    await at("v1.1.0", "2026-03-10T12:00Z");
    await at("v1.0.0", "2026-03-05T12:00Z");
    expect(await screen(repo, "mv stages --at 2026-03-01T11:59Z")).toMatchInlineSnapshot(`
      "staging     -
      production  -
      ! churn#production#3 is dated before a tag that it follows: it counts from when that one was made"
    `);
    expect(await screen(repo, "mv stages --at 2026-03-01")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0  since 2026-03-01 12:00 +0000 by Ada  From 2026-03-01T12:00Z
      ! churn#production#3 is dated before a tag that it follows: it counts from when that one was made"
    `);
    expect(await screen(repo, "mv stages --at 2026-03-06T00:00+01:00")).toMatchInlineSnapshot(`
      "staging     -
      production  churn 1.0.0  since 2026-03-01 12:00 +0000 by Ada  From 2026-03-01T12:00Z
      ! churn#production#3 is dated before a tag that it follows: it counts from when that one was made"
    `);
    expect((await json(repo, "mv stages --at 2026-03-10T12:00 --json")).data).toMatchObject({
      at: "2026-03-10T12:00:00Z",
      stages: [{ stage: "staging" }, { assigned: { number: 3 }, backdated: ["churn#production#3"] }],
    });
    expect(await screen(repo, "mv stages --at Monday")).toMatchInlineSnapshot(`
      "! mversion: --at Monday: give a time such as 2026-03-01T12:00Z, or a day
      ! Next: mv stages --at 2026-03-01T12:00Z
      exit 2"
    `);
  });
});

describe("a stage's name", () => {
  it("says so in a clone that lacks tags", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv promote v1.0.0 staging -m First", "mv promote v1.0.0 production -m First");
    await play(repo, "mv promote v1.1.0 staging -m Second", "mv rollback staging -m Back");
    const address = `file://${repo.dir}`;
    const [shallow, tagless] = [join(scratchDir(), "shallow"), join(scratchDir(), "tagless")];
    repo.git("clone", "-q", "--depth", "1", address, shallow);
    repo.git("clone", "-q", "--no-tags", address, tagless);
    const lacks = "this clone lacks tags, so other versions may run than it knows of";
    for (const verb of ["stages", "log --stage staging", "rollback staging -m Why"]) {
      expect(await screen(repo, `mv -C ${shallow} ${verb}`)).toContain(
        `${lacks}; bring them: git fetch --unshallow --tags`,
      );
      expect(await screen(repo, `mv -C ${tagless} ${verb}`)).toContain(`${lacks}; bring them: git fetch --tags`);
    }
    // As a CI job does it: all tags, of one commit's depth.
    repo.git("-C", shallow, "fetch", "-q", "--tags", "--depth", "1");
    expect(await screen(repo, `mv -C ${shallow} stages`)).not.toContain(lacks);
    expect(await screen(repo, "mv stages")).not.toContain(lacks);
  });

  it("is a version wherever one is asked for", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv show production")).toMatchInlineSnapshot(`
      "! mversion: Nothing is on churn@production
      ! Next: mv promote VERSION production -m WHY
      exit 2"
    `);
    await play(repo, "mv promote v1.0.0 production -m First", "mv promote v1.1.0 staging -m Next");
    expect(await screen(repo, "mv show churn@production")).toContain("churn 1.0.0");
    expect(await screen(repo, "mv diff production staging")).toContain("churn 1.0.0 -> 1.1.0");
    await play(repo, "mv checkout production", "mv restore churn@staging", "mv verify production");
    await play(repo, "mv promote v1.1.0 production --weight 5 -m Canary");
    expect(await screen(repo, "mv diff production staging")).toContain(
      "! mversion: warning: production is split: 1.0.0 is its baseline",
    );
  });

  it("is the branch's where one is called so", async () => {
    const repo = forkRepo(base);
    await play(repo, "mv promote v1.0.0 production -m First");
    repo.git("branch", "production", "v1.1.0");
    expect(await screen(repo, "mv diff production churn@production")).toMatchInlineSnapshot(`
      "! mversion: warning: production is the branch production; the stage is churn@production
      churn 1.1.0 (production) -> 1.0.0
        artifacts        models/model.onnx  b3242f12 -> 14148f94
        hyperparameters  C                  0.5 -> 1.0
        metrics          accuracy           0.91 -> 0.90
        code             train.py | 2 +-"
    `);
  });

  it("keeps a release from being taken back", async () => {
    const repo = forkRepo(base);
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m March", "mv promote v1.2.0 staging -m Try");
    await play(repo, "mv promote v1.1.0 staging -m Back");
    expect(await screen(repo, "mv untag v1.2.0")).toMatchInlineSnapshot(`
      "! mversion: refused: v1.2.0 was put on staging by churn#staging#1, so it stays
      ! Next: mv retract v1.2.0 -m WHY
      exit 1"
    `);
  });
});
