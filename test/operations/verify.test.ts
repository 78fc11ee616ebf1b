import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openProject } from "../../src/operations/project.ts";
import { verify, type VerifyResult } from "../../src/operations/verify.ts";
import { BYTES, DATA, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { cloneRepo, type TestRepo } from "../helpers/git.ts";

async function verified(repo: TestRepo, ...versions: string[]): Promise<VerifyResult> {
  const project = await openProject({ cwd: repo.dir, env: process.env });
  return verify(project, versions.length > 0 ? { versions } : { versions, all: true });
}

const said = (result: VerifyResult): string[] =>
  result.problems.map(({ code, what, message }) => `${code} ${what}: ${message}`);
const objectPath = (repo: TestRepo, sha256: string): string =>
  join(repo.dir, ".git/mversion/cache/objects", sha256.slice(0, 2), sha256);

describe("verify of releases", () => {
  let repo: TestRepo;
  let message: string;
  beforeEach(async () => {
    repo = await sampleProject({ until: "1.1.0" });
    message = tagMessage(repo, "v1.1.0");
  });

  it("finds nothing wrong with what mv tag makes", async () => {
    const result = await verified(repo);
    expect(result).toMatchObject({ problems: [], absent: [], worktree: null });
    expect(result.releases.map(({ version, objects }) => [version, objects])).toEqual([
      ["1.0.0", { checked: 2, absent: 0 }],
      ["1.1.0", { checked: 2, absent: 0 }],
    ]);
  });

  it("names every disagreement of a tag with its commit, not only the first", async () => {
    forgeTag(repo, "v1.2.0", message.replaceAll("1.1.0", "1.2.0"), "v1.0.0");
    const result = await verified(repo, "v1.2.0");
    expect(said(result)).toMatchInlineSnapshot(`
      [
        "release-differs churn 1.2.0: churn.model.yaml at its commit is 75818c02; the tag sealed c18a1442",
        "release-differs churn 1.2.0: churn.model.yaml at its commit says version 1.0.0; the tag says 1.2.0",
        "release-differs churn 1.2.0: churn.model.yaml at its commit says content sha256:7b4fa0c0ccde3673800305a00b43f754e7df0193214dd32a2f7f23fa55a64524; the tag says sha256:4cb13af91aa0a44a40c7970cf20e192f0cf1b310df93abbaa9b311567c717ac4",
        "release-differs churn 1.2.0: models/model.onnx: churn.model.yaml at its commit lists 14148f94; the tag says b3242f12",
        "release-differs churn 1.2.0: models/model.onnx.mv.yaml at its commit says sha256 14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b; the tag says b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d",
      ]
    `);
  });

  it("finds a commit without the pointer, and one without the record", async () => {
    repo.git("rm", "-q", "churn.model.yaml", `${MODEL}.mv.yaml`);
    repo.git("commit", "-qm", "Gone");
    forgeTag(repo, "v1.2.0", message.replaceAll("1.1.0", "1.2.0"));
    expect(said(await verified(repo, "v1.2.0"))).toEqual([
      "release-differs churn 1.2.0: its commit has no churn.model.yaml",
      "release-differs churn 1.2.0: its commit has no models/model.onnx.mv.yaml",
    ]);
  });

  it("finds seals whose tag is gone, was moved, or is another release's", async () => {
    const [first, second] = [repo.git("rev-parse", "v1.0.0"), repo.git("rev-parse", "v1.1.0")];
    const sealing = (version: string, oid: string): string =>
      message
        .replaceAll("1.1.0", "1.2.0")
        .replace(/^(previous|seal): .*$/gm, `$1: {version: ${version}, tag: "${oid}"}`);
    const problemsOf = async (text: string): Promise<string[]> => {
      forgeTag(repo, "v1.2.0", text, "v1.1.0");
      return said(await verified(repo, "v1.2.0")).filter((line) => line.startsWith("seal-broken"));
    };
    expect(await problemsOf(sealing("1.1.0", second))).toEqual([]);
    expect(await problemsOf(sealing("1.1.0", first))).toEqual([
      `seal-broken churn 1.2.0: names ${first.slice(0, 7)} as churn 1.1.0; that tag is churn 1.0.0`,
    ]);
    expect(await problemsOf(sealing("1.0.9", "0".repeat(40)))).toEqual([
      "seal-broken churn 1.2.0: sealed churn 1.0.9 as tag object 0000000; that tag is gone",
    ]);
    expect(await problemsOf(sealing("1.0.0", "0".repeat(40)))).toEqual([
      `seal-broken churn 1.2.0: sealed churn 1.0.0 as tag object 0000000; v1.0.0 was moved and is ${first.slice(0, 7)} now`,
    ]);
  });

  it("says how a tag that was moved or removed comes back", async () => {
    const first = repo.git("rev-parse", "v1.0.0");
    repo.git("tag", "-d", "v1.0.0");
    const hints = async (): Promise<string[]> => (await verified(repo)).problems.map((problem) => problem.hint);
    expect(await hints()).toEqual([`git tag v1.0.0 ${first}`]);
    repo.git("tag", "v1.0.0", "HEAD");
    expect(await hints()).toEqual([`git tag -f v1.0.0 ${first}`]);
    repo.git("tag", "-f", "v1.0.0", first);
    expect(await hints()).toEqual([]);
  });

  it("trusts nothing that was kept", async () => {
    await verified(repo);
    const file = join(repo.dir, ".git/mversion/releases.json");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("churn.model.yaml", "train.py"));
    expect(said(await verified(repo, "v1.0.0"))).toContain(
      "release-differs churn 1.0.0: what mversion kept of the tag is not what it says",
    );
  });

  it("lets a dataset's pointer move on", async () => {
    trained(repo, DATA, `${BYTES.T}40,1,north,0\n`);
    await play(repo, `mv add ${DATA} --dataset`);
    repo.commit("More data");
    expect((await verified(repo)).problems).toEqual([]);
  });

  it("reports a tag that cannot be read, by name and with --all", async () => {
    forgeTag(repo, "v1.2.0", message.replace("version: 1.1.0", "version: one"));
    expect(said(await verified(repo))).toEqual([
      expect.stringMatching(/^release-differs v1\.2\.0: claims to be a release/),
    ]);
    await expect(verified(repo, "v1.2.0")).rejects.toMatchObject({ code: "release-differs" });
  });

  it("says of a shallow clone that commits are not here", async () => {
    const clone = cloneRepo(repo, { flags: ["--depth=1", "--no-single-branch"] });
    clone.git("fetch", "-q", "--depth=1", "origin", "refs/tags/*:refs/tags/*");
    const result = await verified(clone);
    expect(result.absent.map((item) => item.path).sort()).toEqual([DATA, DATA, MODEL, MODEL]);
    expect(result.problems.every((problem) => problem.code !== "bytes-wrong")).toBe(true);
  });
});

/** Other bytes under the object's name. */
function rot(repo: TestRepo, sha256: string): void {
  chmodSync(objectPath(repo, sha256), 0o644);
  writeFileSync(objectPath(repo, sha256), '{"b":0}\n');
}

describe("verify of folders", () => {
  it("checks every file inside, and says when the manifest is not here", async () => {
    const repo = await sampleProject({ until: "files" });
    repo.write("models/tokenizer/vocab.json", '{"a":0}\n');
    repo.write("models/tokenizer/build.sh", "#!/bin/sh\n", { executable: true });
    await play(repo, `mv add ${MODEL} models/tokenizer`, "mv tag v1.0.0 -a -m First");
    expect((await verified(repo)).releases[0]?.objects).toEqual({ checked: 4, absent: 0 });

    const vocab = "c881142937432d073f20dbadce70f77cf5cb62dfaa9eb13c4f5ec2259158f69b";
    rot(repo, vocab);
    expect(said(await verified(repo))).toEqual([
      "bytes-wrong churn 1.0.0: models/tokenizer: the cached object c8811429 held other bytes and is in quarantine now",
    ]);
    expect((await verified(repo)).absent).toEqual([{ what: "churn 1.0.0", path: "models/tokenizer", sha256: vocab }]);

    await play(repo, "mv add models/tokenizer");
    rot(repo, vocab);
    expect((await verified(repo)).problems[0]?.hint).toBe("mv add models/tokenizer");
    await play(repo, "mv add models/tokenizer");
    rot(repo, vocab);
    rmSync(repo.path("models/tokenizer/vocab.json"));
    expect((await verified(repo)).problems[0]?.hint).toBe(
      `mv add models/tokenizer where the bytes of models/tokenizer.mv.yaml still are, or copy object ${vocab} from another clone's cache`,
    );
    repo.write("models/tokenizer/vocab.json", '{"a":0}\n');

    await play(repo, "mv add models/tokenizer");
    expect(await verified(repo)).toMatchObject({ absent: [], problems: [] });
    const manifest = /kind: directory, sha256: "([0-9a-f]{64})"/.exec(repo.read("churn.model.yaml"))?.[1] ?? "";
    rmSync(objectPath(repo, manifest));
    expect((await verified(repo)).absent).toEqual([
      { what: "churn 1.0.0", path: "models/tokenizer", sha256: manifest },
    ]);
  });
});

describe("verify of the working tree", () => {
  it("finds a record that describes other bytes, and bytes that are not the pointer's", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.git("restore", "--source=v1.0.0", "--", "churn.model.yaml");
    trained(repo, DATA, BYTES.A);
    const project = await openProject({ cwd: repo.dir, env: process.env });
    const result = await verify(project, { versions: [] });
    expect(said(result)).toEqual([
      "record-stale churn.model.yaml: describes other bytes than the pointers",
      "bytes-wrong data/train.csv: holds 54fc455b; its pointer says 68335d23",
    ]);
    expect(result.worktree?.map(({ path, state }) => [path, state])).toEqual([
      [DATA, "modified"],
      [MODEL, "ok"],
    ]);
  });

  it("sees bytes that changed behind the stat index", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    // Same size, and the modification time put back: what a rotten disk looks like.
    trained(repo, MODEL, "model X\n", "2026-02-09");
    const project = await openProject({ cwd: repo.dir, env: process.env });
    expect((await verify(project, { versions: [] })).problems).toHaveLength(1);
  });
});
