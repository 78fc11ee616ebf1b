import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withRemote } from "../../src/config/config.ts";
import { openProjectRemote } from "../../src/operations/remotes.ts";
import { type Registration, registerRepository } from "../../src/operations/store-registry.ts";
import { createRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";

function newStore(): string {
  const folder = join(scratchDir("store"), "store");
  mkdirSync(folder);
  return folder;
}

function repoWith(store: string, id: string | null, models: readonly string[], origin?: string): TestRepo {
  const repo = createRepo();
  const lines = models.map((model) => `  ${model}: {record: ${model}.model.yaml, tag: "${model}@v{version}"}\n`);
  const settings = { url: store, endpoint: null, region: null, path_style: false };
  const text = withRemote(`schema: 1\nmodels:\n${lines.join("")}`, "store", settings, id === null ? {} : { id });
  repo.write(".mversion.yaml", text);
  if (origin !== undefined) repo.git("remote", "add", "origin", origin);
  return repo;
}

async function register(repo: TestRepo): Promise<Registration> {
  const project = await openRepo(repo);
  const remote = await openProjectRemote(project, null);
  try {
    return await registerRepository(project, remote);
  } finally {
    await remote.close();
  }
}

async function fileOf(repo: TestRepo): Promise<string | undefined> {
  const remote = await openProjectRemote(await openRepo(repo), null);
  return (await remote.readFile("mversion.json", 10_000))?.bytes.toString();
}

describe("the registry of a store", () => {
  it("has each repository once, its address without a secret", async () => {
    const store = newStore();
    const churn = repoWith(store, "aaaa", ["churn"], "https://ada:hunter2@example.org/team/churn.git");
    const risk = repoWith(store, "bbbb", ["risk"], "../risk.git");
    expect(await register(churn)).toMatchObject({ changed: true });
    expect(await register(risk)).toMatchObject({ changed: true });
    expect(await register(churn)).toMatchObject({ changed: false });
    expect(await fileOf(churn)).toBe(
      `{"repositories":[{"id":"aaaa","models":["churn"],"url":"https://example.org/team/churn.git"},` +
        `{"id":"bbbb","models":["risk"],"url":${JSON.stringify(join(risk.dir, "../risk.git"))}}],"schema":1}\n`,
    );
  });

  it("keeps a model's name for the repository that came first", async () => {
    const store = newStore();
    await register(repoWith(store, "aaaa", ["churn"], "git@example.org:team/churn.git"));
    await expect(register(repoWith(store, "bbbb", ["risk", "churn"]))).rejects.toMatchObject({
      code: "model-taken",
      message: "In the store store churn is that of git@example.org:team/churn.git",
      hint: `a path of its own for this repository: mv remote remove store && mv remote add store ${store}/PATH`,
      details: { remote: "store", models: [{ model: "churn", owner: "aaaa" }] },
    });
    expect(await register(repoWith(store, "aaaa", ["churn", "ltv"]))).toMatchObject({ changed: true });
  });

  it("loses none of eight repositories that register at once", async () => {
    const store = newStore();
    const repos = Array.from({ length: 8 }, (_, at) => repoWith(store, `id-${at}`, [`model-${at}`]));
    await Promise.all(repos.map(register));
    const found = JSON.parse((await fileOf(repos[0] as TestRepo)) ?? "") as { repositories: { id: string }[] };
    expect(found.repositories.map(({ id }) => id)).toEqual(repos.map((_, at) => `id-${at}`));
  });

  it("needs an id, and says how the repository gets one", async () => {
    const store = newStore();
    await expect(register(repoWith(store, null, ["churn"]))).rejects.toMatchObject({
      code: "usage",
      hint: `mv remote add store ${store}`,
    });
  });

  it("leaves a file alone that it cannot read", async () => {
    const store = newStore();
    const repo = repoWith(store, "aaaa", ["churn"]);
    const remote = await openProjectRemote(await openRepo(repo), null);
    await remote.writeFile("mversion.json", Buffer.from('{"schema":2}'));
    await expect(register(repo)).rejects.toMatchObject({
      code: "invalid-file",
      message: "mversion.json of store: schema 2 needs a newer mversion",
    });
    expect(await fileOf(repo)).toBe('{"schema":2}');
  });
});
