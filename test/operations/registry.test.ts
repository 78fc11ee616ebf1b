// A long chain is kept on disk as it was read: the same answers, also after more was appended or tags changed under it.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stageLog } from "../../src/operations/stage-log.ts";
import { play, sampleProject } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";

const history = async (repo: TestRepo, warnings: string[] = []) =>
  JSON.parse(JSON.stringify(await stageLog(await openRepo(repo, { warnings }), { stage: "production" }))) as Awaited<
    ReturnType<typeof stageLog>
  >;

test("what was kept is what the tags say", async () => {
  const repo = await sampleProject({ until: "1.1.0" });
  for (let number = 1; number <= 11; number += 1) {
    await play(repo, `mv promote v1.0.0 production -m 'First ${number}'`);
    await play(repo, `mv promote v1.1.0 production --weight ${number} -m 'Second ${number}\n\nwith more'`);
  }
  repo.git("tag", "-a", "-m", "Assigning stage", "churn#production#23", "v1.1.0^{commit}");
  const file = repo.path(".git/mversion/registry/churn/production.json");
  const read = await history(repo);
  expect(read.assignments).toHaveLength(23);
  expect(readFileSync(file, "utf8")).toContain("Second 11");
  expect(await history(repo)).toEqual(read);

  await play(repo, "mv rollback production -m Back");
  const after = await history(repo);
  expect(after.assignments.slice(1)).toEqual(read.assignments);
  expect(after.assignments[0]).toMatchObject({ number: 24, reason: "Back" });
  expect(await history(repo)).toEqual(after);

  // The object of one tag under the name of another is no assignment, whatever was kept of it.
  repo.git("-c", "mversion.unlock=churn#production#5", "tag", "-d", "churn#production#5");
  repo.git("update-ref", "refs/tags/churn#production#5", repo.git("rev-parse", "churn#production#6"));
  const warnings: string[] = [];
  expect((await history(repo, warnings)).assignments.map(({ number }) => number)).not.toContain(5);
  expect(warnings).toEqual([expect.stringContaining("churn#production#5 is passed over")]);

  writeFileSync(file, "damaged");
  expect((await history(repo)).assignments).toHaveLength(23);
});
