// The pointers that keep objects on a Git host's LFS server: a ref that only grows, whoever pushes to it.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { MvError } from "../../src/errors.ts";
import { openGit } from "../../src/git/git.ts";
import { LFS_REF, lfsPointerSize, noteLfsPointers, withLfsPointers } from "../../src/operations/lfs-pointers.ts";
import { type Project, projectWith } from "../../src/operations/project.ts";
import { cloneRepo, createRepo, type TestRepo } from "../helpers/git.ts";

const object = (text: string): { sha256: string; size: number } => ({
  sha256: createHash("sha256").update(text).digest("hex"),
  size: text.length,
});
const [ONE, TWO, THREE] = [object("one"), object("two"), object("three")];
const pathOf = ({ sha256 }: { sha256: string }): string => `${sha256.slice(0, 2)}/${sha256}`;

async function open(repo: TestRepo): Promise<Project> {
  return projectWith(await openGit(repo.dir), null, { cwd: repo.dir, env: {} });
}

function bare(format: "sha1" | "sha256" = "sha1"): { host: TestRepo; clone: (n?: string) => TestRepo } {
  const host = createRepo({ bare: true, objectFormat: format });
  const first = createRepo({ objectFormat: format });
  first.commit("First", { "a.txt": "a" });
  first.git("push", "--quiet", host.dir, "HEAD:main");
  return { host, clone: () => cloneRepo(host) };
}

async function share(
  project: Project,
  objects: readonly { sha256: string; size: number }[],
  push: (refs: readonly string[]) => Promise<unknown>,
): Promise<unknown> {
  await noteLfsPointers(project, objects);
  return withLfsPointers(project, "origin", push);
}

const pushed = (repo: TestRepo) => async (refs: readonly string[]) => {
  const answer = repo.tryGit("push", "--quiet", "--atomic", "origin", "HEAD", ...refs);
  if (answer.status !== 0) throw new MvError("denied", answer.stderr);
  return refs;
};

const files = (repo: TestRepo, ref = LFS_REF): string[] => repo.git("ls-tree", "-r", "--name-only", ref).split("\n");

test.for(["sha1", "sha256"] as const)(
  "a pushed ref has a pointer per object, and no checkout sees it (%s)",
  async (format) => {
    const { host, clone } = bare(format);
    const repo = clone();
    const project = await open(repo);
    expect(await share(project, [ONE, TWO, ONE], pushed(repo))).toEqual([LFS_REF]);
    expect(files(host)).toEqual([pathOf(ONE), pathOf(TWO)].toSorted());
    expect(host.git("cat-file", "blob", `${LFS_REF}:${pathOf(ONE)}`)).toBe(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${ONE.sha256}\nsize 3`,
    );
    expect(repo.git("status", "--porcelain")).toBe("");
    const before = repo.git("rev-parse", LFS_REF);
    expect(await share(project, [ONE, TWO], pushed(repo))).toEqual([]);
    expect(repo.git("rev-parse", LFS_REF)).toBe(before);
  },
);

test("nothing to keep makes no ref, and bytes that are none need no pointer", async () => {
  const { clone } = bare();
  const repo = clone();
  const project = await open(repo);
  expect(await share(project, [], pushed(repo))).toEqual([]);
  expect(await share(project, [object("")], pushed(repo))).toEqual([]);
  expect(repo.tryGit("rev-parse", "--verify", LFS_REF).status).not.toBe(0);
});

test("what another clone pushed stays, and what was not pushed comes along later", async () => {
  const { host, clone } = bare();
  const [a, b] = [clone(), clone()];
  const [inA, inB] = [await open(a), await open(b)];
  await noteLfsPointers(inA, [ONE]);
  await share(inB, [TWO], pushed(b));
  await share(inA, [THREE], pushed(a));
  expect(files(host)).toEqual([ONE, TWO, THREE].map(pathOf).toSorted());
  await share(inB, [], pushed(b));
  expect(b.git("rev-parse", LFS_REF)).toBe(host.git("rev-parse", LFS_REF));
  expect(host.git("log", "--format=%an", LFS_REF)).toContain("Ada");
});

test("a push that another is quicker with is run again, on top of it", async () => {
  const { host, clone } = bare();
  const [a, b] = [clone(), clone()];
  const [inA, inB] = [await open(a), await open(b)];
  let runs = 0;
  await share(inA, [ONE], async (refs) => {
    runs += 1;
    if (runs === 1) await share(inB, [TWO], pushed(b));
    return pushed(a)(refs);
  });
  expect(runs).toBe(2);
  expect(files(host)).toEqual([ONE, TWO].map(pathOf).toSorted());
});

test("a push that fails for another reason is not run again", async () => {
  const { clone } = bare();
  const repo = clone();
  let runs = 0;
  const pushing = share(await open(repo), [ONE], async () => {
    runs += 1;
    throw new MvError("denied", "no");
  });
  await expect(pushing).rejects.toMatchObject({ code: "denied" });
  expect(runs).toBe(1);
});

test("a wrong pointer in an object's place is put right", async () => {
  const { host, clone } = bare();
  const repo = clone();
  const blob = repo.gitWith({ input: "nonsense" }, "hash-object", "-w", "--stdin");
  const inner = repo.gitWith({ input: `100644 blob ${blob}\t${ONE.sha256}\n` }, "mktree");
  const tree = repo.gitWith({ input: `040000 tree ${inner}\t${ONE.sha256.slice(0, 2)}\n` }, "mktree");
  const commit = repo.git("commit-tree", "-m", "x", tree);
  repo.git("push", "--quiet", "origin", `${commit}:${LFS_REF}`);
  const project = await open(repo);
  expect(await lfsPointerSize(project, "origin", ONE.sha256)).toBeNull();
  await share(project, [ONE], pushed(repo));
  expect(host.git("cat-file", "-s", `${LFS_REF}:${pathOf(ONE)}`)).not.toBe("8");
  expect(await lfsPointerSize(project, "origin", ONE.sha256)).toBe(3);
});

test("a fresh clone finds the size of an object by its pointer", async () => {
  const { clone } = bare();
  const [a, b] = [clone(), clone()];
  await share(await open(a), [ONE, TWO], pushed(a));
  const project = await open(b);
  expect(await lfsPointerSize(project, "origin", TWO.sha256)).toBe(3);
  expect(await lfsPointerSize(project, "origin", THREE.sha256)).toBeNull();
  expect(await lfsPointerSize(project, "nowhere", THREE.sha256)).toBeNull();
});

test("many objects are kept at once", async () => {
  const { host, clone } = bare();
  const repo = clone();
  const many = Array.from({ length: 3000 }, (_, at) => object(`object ${at}`));
  await share(await open(repo), many, pushed(repo));
  expect(files(host)).toHaveLength(3000);
});
