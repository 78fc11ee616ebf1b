// What `mv checkout` brings, and that nothing is touched before everything is there and checked.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { checkout, type CheckoutInput, type CheckoutResult } from "../../src/operations/checkout.ts";
import { contentOf } from "../../src/model/content.ts";
import { openProject } from "../../src/operations/project.ts";
import { lstatOrNull } from "../../src/platform/stat.ts";
import { BYTES, DATA, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { forkRepo } from "../helpers/fork.ts";
import { testEnv, type TestRepo } from "../helpers/git.ts";

/** SHA-256 of BYTES.B, the model of 1.0.0, and of BYTES.C, that of 1.1.0. */
const B = "14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b";
const C = "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
});

interface Told {
  result: CheckoutResult;
  warnings: string[];
}

async function go(repo: TestRepo, version: string, input: Partial<CheckoutInput> = {}): Promise<Told> {
  const warnings: string[] = [];
  const project = await openProject({ cwd: repo.dir, env: testEnv(), warn: (text) => warnings.push(text) });
  return { result: await checkout(project, { version, ...input }), warnings };
}

function stateOf(repo: TestRepo): unknown {
  const files = repo.git("ls-files", "--others", "--cached").split("\n");
  return {
    head: readFileSync(repo.path(".git/HEAD"), "utf8"),
    index: repo.git("ls-files", "--stage"),
    status: repo.git("status", "--porcelain=v2", "--ignored"),
    bytes: files.map((file) => [file, lstatOrNull(repo.path(file))?.isFile() ? repo.read(file) : null]),
  };
}

async function refused(repo: TestRepo, code: ErrorCode, version: string, input: Partial<CheckoutInput> = {}) {
  const before = stateOf(repo);
  const error: unknown = await go(repo, version, input).then(
    (told) => `it went: ${JSON.stringify(told)}`,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code });
  expect(stateOf(repo)).toEqual(before);
  expect(existsSync(repo.path(".git/mversion/journal.json"))).toBe(false);
  return error as { message: string; hint: string };
}

const object = (repo: TestRepo, sha256: string): string =>
  repo.path(".git/mversion/cache/objects", sha256.slice(0, 2), sha256);

describe("what it brings", () => {
  test("code, model and data as released, and back; the second time nothing is written", async () => {
    const repo = forkRepo(base);
    const { result } = await go(repo, "v1.0.0");
    expect(result).toMatchObject({ name: "churn 1.0.0", files: 2, written: [MODEL], switched: true, left: "main" });
    expect([repo.read(MODEL), repo.read(DATA)]).toEqual([BYTES.B, BYTES.T]);
    expect(repo.read("train.py")).toContain("C = 1.0");
    expect(repo.git("status", "--porcelain")).toBe("");
    expect(repo.head()).toBe(repo.git("rev-parse", "v1.0.0^{commit}"));

    const before = statSync(repo.path(MODEL)).mtimeMs;
    expect((await go(repo, "1.0.0")).result).toMatchObject({ written: [], switched: false, left: null });
    expect(statSync(repo.path(MODEL)).mtimeMs).toBe(before);

    expect((await go(repo, "main")).result).toMatchObject({
      branch: "main",
      left: null,
      version: null,
      written: [MODEL],
    });
    expect(repo.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
    expect(repo.read(MODEL)).toBe(BYTES.C);
  });

  test("artifacts that the version does not have go, files of the user's own stay", async () => {
    const repo = forkRepo(base);
    trained(repo, "models/second.onnx", BYTES.D);
    repo.write("models/notes.txt", "mine\n");
    await play(repo, "mv add models/second.onnx", "mv tag v1.2.0 -m second");
    const { result } = await go(repo, "v1.1.0");
    expect(result).toMatchObject({ removed: ["models/second.onnx"] });
    expect(repo.exists("models/second.onnx")).toBe(false);
    expect(repo.read("models/notes.txt")).toBe("mine\n");
    await go(repo, "v1.2.0");
    expect(repo.read("models/second.onnx")).toBe(BYTES.D);
  });

  test("executable bits, a folder with its links, and a file where the folder was", async () => {
    const repo = forkRepo(base);
    repo.write("models/tool", "#!/bin/sh\n", { executable: true });
    repo.write("models/tokenizer/vocab.json", "{}");
    repo.write("models/tokenizer/deep/run.sh", "run\n", { executable: true });
    symlinkSync("vocab.json", repo.path("models/tokenizer/latest.json"));
    await play(repo, "mv add models/tool models/tokenizer", "mv tag v1.2.0 -m folder");
    rmSync(repo.path("models/tokenizer"), { recursive: true });
    repo.write("models/tokenizer", "one file now");
    chmodSync(repo.path("models/tool"), 0o644);
    await play(repo, "mv add models/tool models/tokenizer", "mv tag v1.3.0 -m file");

    await go(repo, "v1.2.0");
    expect(statSync(repo.path("models/tool")).mode & 0o111).not.toBe(0);
    expect(statSync(repo.path("models/tokenizer/deep/run.sh")).mode & 0o111).not.toBe(0);
    expect(repo.read("models/tokenizer/latest.json")).toBe("{}");
    await go(repo, "v1.3.0");
    expect(repo.read("models/tokenizer")).toBe("one file now");
    expect(statSync(repo.path("models/tool")).mode & 0o111).toBe(0);
    await go(repo, "v1.2.0");
    await play(repo, "mv verify");
  });

  test("without data, data is left as it is, and needs not be there", async () => {
    const repo = forkRepo(base);
    trained(repo, DATA, "other\n");
    await play(repo, `mv add ${DATA} --dataset`);
    repo.git("commit", "-qm", "Other data");
    const [old] = repo.git("show", `v1.0.0:${DATA}.mv.yaml`).match(/[0-9a-f]{64}/) ?? [];
    rmSync(object(repo, old ?? ""));
    await refused(repo, "object-missing", "v1.0.0");
    await go(repo, "v1.0.0", { noData: true });
    expect([repo.read(MODEL), repo.read(DATA)]).toEqual([BYTES.B, "other\n"]);
  });

  test("data that moved on at the release's commit: the bytes of the training, and a word about it", async () => {
    const repo = forkRepo(base);
    trained(repo, DATA, "moved on\n");
    await play(repo, `mv add ${DATA} --dataset`, "mv set owner=ada", "mv tag v1.1.1 -a -m correction");
    trained(repo, DATA, "today\n");
    await play(repo, `mv add ${DATA} --dataset`);
    repo.git("commit", "-qam", "Today's data");
    const { warnings } = await go(repo, "v1.1.1");
    expect(warnings).toEqual([
      `${DATA}: its pointer at this commit has moved on to e091b518; churn 1.1.1 was trained on 68335d23`,
    ]);
    expect(repo.read(DATA)).toBe(BYTES.T);
  });
});

describe("other models", () => {
  async function withRisk(): Promise<TestRepo> {
    const repo = forkRepo(base);
    await play(repo, "mv init --model risk --no-hooks");
    for (const [bytes, version] of [
      [BYTES.D, "v1.0.0"],
      [BYTES.E, "v1.1.0"],
    ] as const) {
      trained(repo, "models/risk.onnx", bytes);
      await play(repo, "mv add models/risk.onnx --model risk", `mv tag risk@${version} -a -m why`);
    }
    return repo;
  }

  test("follow their pointers where the cache has them, and are named where it has not", async () => {
    const repo = await withRisk();
    await go(repo, "risk@v1.0.0");
    expect([repo.read("models/risk.onnx"), repo.read(MODEL)]).toEqual([BYTES.D, BYTES.C]);
    const [sha256] = repo.git("show", "risk@v1.1.0:models/risk.onnx.mv.yaml").match(/[0-9a-f]{64}/) ?? [];
    rmSync(object(repo, sha256 ?? ""));
    repo.git("commit", "--allow-empty", "-qm", "later");
    expect((await go(repo, "main", { model: "churn" })).result).toMatchObject({ absent: ["models/risk.onnx"] });
    await refused(repo, "object-missing", "risk@v1.1.0");
  });

  test("that somebody works on are left alone, unless their pointer moves", async () => {
    const repo = await withRisk();
    const first = repo.git("rev-parse", "HEAD");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`, "mv tag v1.2.0 -a -m why");
    repo.write("models/risk.onnx", "half-way through a training");
    await go(repo, "v1.2.0");
    expect(repo.read("models/risk.onnx")).toBe("half-way through a training");
    repo.git("branch", "old", first);
    // Its pointer stays: churn alone moves.
    await go(repo, "old", { model: "churn" });
    expect([repo.read(MODEL), repo.read("models/risk.onnx")]).toEqual([BYTES.C, "half-way through a training"]);
    await refused(repo, "would-lose", "risk@v1.0.0");
  });
});

describe("names", () => {
  test("release tags come before branches and before what Git would choose, whatever they are called", async () => {
    const repo = forkRepo(base);
    const first = repo.git("rev-parse", "v1.0.0^{commit}");
    repo.git("branch", "v1.0.0", "main");
    expect((await go(repo, "v1.0.0")).result).toMatchObject({ commit: first, branch: null });
    await go(repo, "main");
    for (const name of ["main", "HEAD", "-x"]) {
      repo.git("update-ref", `refs/tags/${name}`, first);
      expect((await go(repo, name)).result).toMatchObject({ commit: first, branch: null });
      repo.git("switch", "-q", "main");
    }
    repo.git("update-ref", "-d", "refs/tags/HEAD");
    const { warnings, result } = await go(repo, "HEAD~1");
    expect([warnings, result.model]).toEqual([[], null]);
  });

  test("a plain tag that reads like a version is one of Git's; one that claims to be ours has to be", async () => {
    const repo = forkRepo(base);
    repo.git("tag", "v9.0.0", "v1.0.0^{commit}");
    const { warnings, result } = await go(repo, "v9.0.0");
    expect(warnings).toEqual(["v9.0.0 is a plain tag, no release: nothing says what its bytes are"]);
    expect(result.version).toBeNull();
    repo.git("switch", "-q", "main");
    forgeTag(repo, "v9.0.0", "x\n\n---\nmversion: 1\nmodel: churn\n");
    await refused(repo, "release-differs", "v9.0.0");
    expect((await refused(repo, "unknown-version", "v8.0.0")).message).toContain("the newest is 1.1.0");
  });

  test("a tag whose commit does not have what it names was not made by us", async () => {
    const repo = forkRepo(base);
    const message = tagMessage(repo, "v1.1.0");
    forgeTag(repo, "v1.1.0", message, "v1.0.0");
    expect((await refused(repo, "release-differs", "v1.1.0")).hint).toBe("mv verify v1.1.0");
    // It would write over a file of the code.
    const content = contentOf([{ path: "train.py", sha256: C }]);
    const evil = message.replaceAll(MODEL, "train.py").replace(/^content: .*/m, `content: "sha256:${content}"`);
    forgeTag(repo, "v1.1.0", evil, "main");
    await refused(repo, "release-differs", "v1.1.0");
    forgeTag(repo, "v1.1.0", message.replaceAll(DATA, "train.py"), "main");
    await refused(repo, "release-differs", "v1.1.0");
  });

  test("what was retracted is said", async () => {
    const repo = forkRepo(base);
    await play(repo, 'mv retract v1.0.0 -m "Trained on leaked labels"');
    expect((await go(repo, "v1.0.0")).warnings).toEqual(["churn 1.0.0 is retracted: Trained on leaked labels"]);
  });
});

describe("nothing is touched before everything is there", () => {
  test("a missing object, also of a folder", async () => {
    const repo = forkRepo(base);
    rmSync(object(repo, B));
    expect((await refused(repo, "object-missing", "v1.0.0")).message).toBe(
      `churn 1.0.0 cannot be brought back: ${MODEL} is not in the cache`,
    );
  });

  test("a rotten object, found on the way and put aside", async () => {
    const repo = forkRepo(base);
    chmodSync(object(repo, B), 0o644);
    writeFileSync(object(repo, B), "model X\n");
    await refused(repo, "bytes-wrong", "v1.0.0");
    expect(existsSync(object(repo, B))).toBe(false);
    await refused(repo, "object-missing", "v1.0.0");
  });

  test("bytes that are stored nowhere; --force stores them, and the printed way back works", async () => {
    const repo = forkRepo(base);
    repo.write(MODEL, "a training of today");
    expect((await refused(repo, "would-lose", "v1.0.0")).hint).toContain(`mv add ${MODEL}`);
    const { result } = await go(repo, "v1.0.0", { force: true });
    const [saved] = result.saved;
    expect(saved).toMatchObject({ path: MODEL, kind: "file" });
    await go(repo, "main");
    await play(repo, `mv restore ${saved?.sha256} ${MODEL}`);
    expect(repo.read(MODEL)).toBe("a training of today");
  });

  test("the same for a folder", async () => {
    const repo = forkRepo(base);
    repo.write("models/tokenizer/vocab.json", "{}");
    await play(repo, "mv add models/tokenizer", "mv tag v1.2.0 -m folder");
    repo.write("models/tokenizer/vocab.json", "[]");
    repo.write("models/tokenizer/new.json", "1");
    await refused(repo, "would-lose", "v1.1.0");
    const { result } = await go(repo, "v1.1.0", { force: true });
    expect(repo.exists("models/tokenizer")).toBe(false);
    await go(repo, "main");
    expect(repo.read("models/tokenizer/vocab.json")).toBe("{}");
    await play(repo, `mv restore ${result.saved[0]?.sha256} models/tokenizer/`);
    expect([repo.read("models/tokenizer/vocab.json"), repo.read("models/tokenizer/new.json")]).toEqual(["[]", "1"]);
  });

  test("a file of the user's own where an artifact has to go", async () => {
    const repo = forkRepo(base);
    trained(repo, "models/second.onnx", BYTES.D);
    await play(repo, "mv add models/second.onnx", "mv tag v1.2.0 -m second");
    await go(repo, "v1.1.0");
    repo.write("models/second.onnx", "mine");
    await refused(repo, "would-lose", "v1.2.0");
    rmSync(repo.path("models/second.onnx"));
    repo.write("models/second.onnx/deep/file.txt", "mine");
    await refused(repo, "would-lose", "v1.2.0");
  });

  test("Git's own refusal: local changes to code leave the artifacts as they are", async () => {
    const repo = forkRepo(base);
    repo.write("train.py", "C = 0.1\n");
    const { message, hint } = await refused(repo, "would-lose", "v1.0.0");
    expect(message).toBe("Local changes would be overwritten: train.py");
    expect(hint).toBe("git stash, or git commit");
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL}`);
    expect((await refused(repo, "would-lose", "v1.0.0")).message).toContain("churn.model.yaml");
  });

  test("a record and pointers that are not committed, which Git would carry along beside the version's bytes", async () => {
    const repo = forkRepo(base);
    trained(repo, MODEL, BYTES.D);
    await play(repo, `mv add ${MODEL} --metric accuracy=0.99`);
    for (const force of [false, true]) {
      const { message, hint } = await refused(repo, "would-lose", "v1.1.0", { force });
      expect(message).toContain(`${MODEL}.mv.yaml, churn.model.yaml`);
      expect(hint).toBe("git stash, or git commit");
    }
    repo.git("stash", "--quiet");
    expect((await go(repo, "v1.1.0")).result.written).toEqual([MODEL]);
  });

  test("code that is not committed stays, as in Git, and is said", async () => {
    const repo = forkRepo(base);
    repo.write("mine.py", "1\n");
    repo.git("add", "mine.py");
    const { result, warnings } = await go(repo, "v1.0.0");
    expect(result.version).toBe("1.0.0");
    expect(warnings).toEqual(["not as released, since changes of yours are not committed: mine.py"]);
    expect(repo.read("mine.py")).toBe("1\n");
  });

  test("a folder that was replaced by a link out of the tree", async () => {
    const repo = forkRepo(base);
    const outside = join(repo.dir, "..", "outside");
    mkdirSync(outside);
    renameSync(repo.path("models"), join(outside, "models"));
    symlinkSync(join(outside, "models"), repo.path("models"));
    await refused(repo, "bad-path", "v1.0.0");
    expect(readFileSync(join(outside, MODEL), "utf8")).toBe(BYTES.C);
  });

  test("a merge that is under way", async () => {
    const repo = forkRepo(base);
    repo.git("switch", "-qc", "side", "v1.0.0");
    repo.commit("side", { "train.py": "side\n" });
    expect(repo.tryGit("merge", "main").status).not.toBe(0);
    expect((await refused(repo, "in-progress", "v1.0.0")).hint).toContain("git merge --abort");
  });
});
