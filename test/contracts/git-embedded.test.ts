// The reader for machines without git: the common contract, and that openGit takes it where PATH has no git.
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openEmbedded } from "../../src/git/embedded.ts";
import { openGit } from "../../src/git/git.ts";
import { cloneRepo, createRepo, scratchDir } from "../helpers/git.ts";
import type { Ability } from "./git/adapter.ts";
import { gitContract } from "./git.ts";

const NEEDS_GIT: readonly Ability[] = [
  "status",
  "remoteTags",
  "identity",
  "version",
  "stage",
  "unstage",
  "commit",
  "createTags",
  "deleteTags",
  "switchTo",
  "setConfig",
  "sha256",
];

gitContract({ open: openEmbedded, needsGit: NEEDS_GIT });

test("takes over where PATH has no git", async () => {
  const repo = createRepo();
  const oid = repo.commit("one");
  const path = process.env["PATH"];
  try {
    process.env["PATH"] = scratchDir();
    const git = await openGit(repo.dir);
    expect(await git.head()).toEqual({ oid, branch: "main" });
    await expect(git.status()).rejects.toMatchObject({ code: "git-needed" });
  } finally {
    process.env["PATH"] = path;
  }
});

test("refuses what it would read wrongly", async () => {
  const repo = createRepo();
  repo.commit("one", { "a.txt": "a" });
  const needsGit = (cwd: string) => expect(openEmbedded(cwd)).rejects.toMatchObject({ code: "git-needed" });
  await needsGit(createRepo({ objectFormat: "sha256" }).dir);
  repo.git("clone", "-q", "--shared", repo.dir, "../borrower");
  await needsGit(repo.path("../borrower"));
  repo.git("config", "uploadpack.allowFilter", "true");
  await needsGit(cloneRepo(repo, { flags: ["--filter=blob:none"] }).dir);
  await needsGit(repo.path(".git"));
  process.env["GIT_INDEX_FILE"] = "x";
  try {
    await needsGit(repo.dir);
  } finally {
    delete process.env["GIT_INDEX_FILE"];
  }
  const git = await openEmbedded(repo.dir);
  repo.git("update-index", "--split-index");
  await expect(git.listFiles("")).rejects.toMatchObject({ code: "git-needed" });
  writeFileSync(repo.path(".git/index"), "DIRC");
  await expect(git.listFiles("")).rejects.toMatchObject({ code: "no-repository" });
});

test("reads packs, deltas and every version of the index as git does", async () => {
  const repo = createRepo();
  const lines = Array.from({ length: 400 }, (_, n) => `line ${n}\n`);
  const files = Object.fromEntries(lines.map((line, n) => [`dir ${n % 7}/ü${n}\\x.txt`, line]));
  repo.commit("one", { ...files, "big.txt": lines.join("") });
  const oid = repo.commit("two", { "big.txt": `${lines.join("")}more\n` });
  repo.git("tag", "-a", "v1", "-m", "one");
  repo.git("gc", "-q");
  repo.write("intent", "");
  const expected = repo.git("ls-tree", "-r", "-z", "--name-only", oid).split("\0").slice(0, -1);
  for (const version of ["2", "3", "4"]) {
    repo.git("update-index", "--index-version", version);
    if (version === "3") repo.git("add", "--intent-to-add", "intent");
    const git = await openEmbedded(repo.dir);
    const names = (await git.listFiles("")).map((file) => file.path).filter((path) => path !== "intent");
    expect(names, version).toEqual(expected);
    expect((await git.listFiles(oid)).map((file) => file.path)).toEqual(expected);
    const [big] = await git.readPaths([{ rev: oid, path: "big.txt" }]);
    expect(big?.toString()).toBe(`${lines.join("")}more\n`);
    expect((await git.tags())[0]?.type).toBe("tag");
  }
});
