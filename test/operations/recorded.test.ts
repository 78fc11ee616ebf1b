// A push within a day spares the next one the question, as long as the same server would be asked.
import { expect, test } from "vitest";
import type { Project } from "../../src/operations/project.ts";
import { readRecorded, record } from "../../src/operations/push/recorded.ts";
import { sampleProject } from "../helpers/cli.ts";
import { openRepo } from "../helpers/project.ts";

const TARGETS = [{ kind: "file", sha256: "a".repeat(64) }];

function withRemote(project: Project, url: string, endpoint: string | null = null): Project {
  const store = { url, endpoint, region: null, path_style: false };
  return { ...project, settings: { ...project.settings, remotes: { store } } };
}

const knows = async (project: Project): Promise<boolean> => (await readRecorded(project, "store", TARGETS)) !== null;

test("another address or endpoint is asked", async () => {
  const here = await openRepo(await sampleProject());
  await record(withRemote(here, "s3://models/team", "https://one.example.org"), "store", TARGETS, null);
  expect(await knows(withRemote(here, "s3://models/team", "https://one.example.org"))).toBe(true);
  expect(await knows(withRemote(here, "s3://models/team", "https://two.example.org"))).toBe(false);
  expect(await knows(withRemote(here, "s3://models/team"))).toBe(false);
  expect(await knows(withRemote(here, "s3://models/other", "https://one.example.org"))).toBe(false);
});

test("the LFS server of a Git remote that has moved is asked", async () => {
  const repo = await sampleProject();
  repo.git("remote", "add", "origin", "https://ada:secret@one.example.org/churn.git");
  await record(withRemote(await openRepo(repo), "lfs"), "store", TARGETS, null);
  expect(await knows(withRemote(await openRepo(repo), "lfs"))).toBe(true);
  expect(repo.read(".git/mversion/pushed.json")).not.toContain("secret");
  repo.git("remote", "set-url", "origin", "https://two.example.org/churn.git");
  expect(await knows(withRemote(await openRepo(repo), "lfs"))).toBe(false);
});
