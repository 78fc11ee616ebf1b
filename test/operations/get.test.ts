// What `mv get` brings, from a repository and from a store, and what it leaves as it was.
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { releaseFilePath } from "../../src/model/release-file.ts";
import { get, type GetInput, type GetResult } from "../../src/operations/get.ts";
import { BYTES, DATA, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import { scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { assign, stock, withStore } from "../helpers/stocked.ts";

const TOKENIZER = "models/tokenizer";

/** A repository with 1.0.0, 1.1.0 and 1.2.0, which has a folder; its store has all of it. */
let repo: TestRepo;
let store: string;

beforeAll(async () => {
  repo = await sampleProject({ until: "1.1.0" });
  store = withStore(repo);
  repo.write(`${TOKENIZER}/vocab.json`, '{"a":0}\n');
  repo.write(`${TOKENIZER}/run.sh`, "#!/bin/sh\n", { executable: true });
  repo.write(`${TOKENIZER}/copy.json`, '{"a":0}\n');
  symlinkSync("vocab.json", repo.path(TOKENIZER, "link.json"));
  trained(repo, MODEL, BYTES.D);
  await play(repo, `mv add ${MODEL} ${TOKENIZER}`, "mv tag v1.2.0 -a -m 'With a tokenizer'");
  await stock(repo, store);
  assign(repo, store, "production", 1, { "1.0.0": 100 });
  assign(repo, store, "production", 2, { "1.1.0": 90, "1.2.0": 10 });
});

function from(source: string, into: string, input: Partial<GetInput> = {}): Promise<GetResult> {
  return get({ cwd: scratchDir(), env: testEnv() }, { source, into, paths: [], ...input });
}

async function refused(code: ErrorCode, source: string, into: string, input: Partial<GetInput> = {}): Promise<string> {
  const error: unknown = await from(source, into, input).then(
    (result) => `it went: ${JSON.stringify(result)}`,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code });
  return error instanceof Error ? error.message : "";
}

const text = (...path: string[]): string => readFileSync(join(...path), "utf8");
const names = (folder: string): string[] => (readdirSync(folder, { recursive: true }) as string[]).toSorted();

describe.each([
  ["a repository", () => `file://${repo.dir}`],
  ["a repository's path", () => repo.dir],
  ["a store", () => `file://${store}`],
  ["a store's path", () => store],
])("from %s", (_, source) => {
  test("the newest release, whole, with its stamp", async () => {
    const into = join(scratchDir(), "deep", "model");
    const result = await from(source(), into);
    expect(names(into)).toEqual([
      "models",
      MODEL,
      TOKENIZER,
      `${TOKENIZER}/copy.json`,
      `${TOKENIZER}/link.json`,
      `${TOKENIZER}/run.sh`,
      `${TOKENIZER}/vocab.json`,
      "version.json",
    ]);
    expect(text(into, MODEL)).toBe(BYTES.D);
    expect(text(into, TOKENIZER, "link.json")).toBe('{"a":0}\n');
    expect(result).toMatchObject({ model: "churn", version: "1.2.0", changed: true, files: 5, stage: null });
    const stamp = JSON.parse(text(into, "version.json")) as unknown;
    expect(stamp).toMatchObject({
      schema: 1,
      model: "churn",
      version: "1.2.0",
      tag: "v1.2.0",
      oid: repo.git("rev-parse", "refs/tags/v1.2.0"),
      commit: repo.git("rev-parse", "refs/tags/v1.2.0^{commit}"),
      artifacts: [
        { path: MODEL, kind: "file" },
        { path: TOKENIZER, kind: "directory", files: 4 },
      ],
    });
    expect(names(join(into, ".."))).not.toContain(".model.mv-get");
  });

  test.each([["v1.0.0"], ["1.0.0"], ["churn@v1.0.0"], ["churn@1.0.0"]])("%s", async (version) => {
    const into = join(scratchDir(), "model");
    expect((await from(source(), into, { version, data: true })).version).toBe("1.0.0");
    expect(names(into)).toEqual(["data", DATA, "models", MODEL, "version.json"]);
    expect(text(into, MODEL)).toBe(BYTES.B);
  });

  test("another version takes the place of the one before; --if-changed leaves the same one alone", async () => {
    const into = join(scratchDir(), "model");
    await from(source(), into, { version: "1.2.0" });
    await from(source(), into, { version: "1.0.0" });
    expect(names(into)).toEqual(["models", MODEL, "version.json"]);
    const again = await from(source(), into, { version: "1.0.0", ifChanged: true });
    expect(again).toMatchObject({ version: "1.0.0", changed: false });
    writeFileSync(join(into, MODEL), "cut");
    expect(await from(source(), into, { version: "1.0.0", ifChanged: true })).toMatchObject({ changed: true });
    expect(text(into, MODEL)).toBe(BYTES.B);
  });

  test("what is on a stage: the baseline of its newest assignment", async () => {
    const into = join(scratchDir(), "model");
    expect(await from(source(), into, { version: "churn@production" })).toMatchObject({
      version: "1.1.0",
      stage: "production",
    });
    expect(text(into, MODEL)).toBe(BYTES.C);
    expect((await from(source(), into, { version: "production", ifChanged: true })).changed).toBe(false);
  });

  test("some paths", async () => {
    const into = join(scratchDir(), "model");
    await from(source(), into, { version: "v1.2.0", paths: [`${TOKENIZER}/`] });
    expect(names(into)).not.toContain(MODEL);
    expect(await refused("not-tracked", source(), into, { paths: ["nowhere"] })).toContain("has no artifact nowhere");
  });

  test("files inside a folder, by path and by glob, and what a link leads to", async () => {
    const into = join(scratchDir(), "model");
    const inside = (path: string): string => `${TOKENIZER}/${path}`;
    const wanted = { version: "v1.2.0", paths: [`./${inside("run.sh")}`, "*nk.json"] };
    const result = await from(source(), into, wanted);
    const vocab = { path: inside("vocab.json"), kind: "file", size: 8 };
    const linked = { path: inside("link.json"), kind: "link", link: "vocab.json" };
    expect(result.artifacts).toMatchObject([linked, { path: inside("run.sh"), kind: "file" }, vocab]);
    expect(names(into)).toEqual(
      ["models", TOKENIZER, inside("link.json"), inside("run.sh"), inside("vocab.json"), "version.json"].toSorted(),
    );
    expect(text(into, inside("link.json"))).toBe('{"a":0}\n');
    accessSync(join(into, inside("run.sh")), constants.X_OK);
    expect((await from(source(), into, { ...wanted, ifChanged: true })).changed).toBe(false);
    const other = { ...wanted, paths: [inside("copy.json"), MODEL] };
    expect(await from(source(), into, { ...other, ifChanged: true })).toMatchObject({ changed: true, files: 2 });
    expect(names(into)).toEqual(["models", MODEL, TOKENIZER, inside("copy.json"), "version.json"].toSorted());
  });

  test("a glob that means all of a folder, and one that means a whole artifact", async () => {
    const into = join(scratchDir(), "model");
    const { artifacts } = await from(source(), into, {
      version: "v1.2.0",
      paths: [`${TOKENIZER}/**`, "models/*.onnx"],
    });
    expect(artifacts).toMatchObject([
      { path: MODEL, kind: "file" },
      { path: TOKENIZER, kind: "directory", files: 4 },
    ]);
  });

  test("paths that nothing has", async () => {
    const into = join(scratchDir(), "model");
    expect(await refused("not-tracked", source(), into, { paths: [`${TOKENIZER}/nowhere`] })).toContain(
      `it has ${TOKENIZER}/copy.json, `,
    );
    expect(await refused("not-tracked", source(), into, { paths: ["*.bin"] })).toContain("has no artifact *.bin");
    expect(existsSync(into)).toBe(false);
  });

  test("what is not there", async () => {
    const into = join(scratchDir(), "model");
    expect(await refused("unknown-version", source(), into, { version: "9.0.0" })).toContain("1.0.0, 1.1.0, 1.2.0");
    await refused("unknown-version", source(), into, { version: "churn@nowhere" });
    await refused("unknown-version", source(), into, { version: "risk@1.0.0" });
    expect(existsSync(into)).toBe(false);
    expect(names(join(into, ".."))).toEqual([]);
  });
});

describe("--if-changed", () => {
  const again = (into: string): Promise<GetResult> => from(store, into, { ifChanged: true });

  test.each<[string, (into: string) => void]>([
    ["a file with other bytes of the same size", (into) => writeFileSync(join(into, MODEL), "modxl D\n")],
    ["a file of a folder with other bytes", (into) => writeFileSync(join(into, TOKENIZER, "vocab.json"), '{"b":0}\n')],
    ["a file of a folder that is gone", (into) => rmSync(join(into, TOKENIZER, "run.sh"))],
    ["a file of a folder that is not executable any more", (into) => chmodSync(join(into, TOKENIZER, "run.sh"), 0o644)],
    [
      "a link that leads elsewhere",
      (into) => {
        rmSync(join(into, TOKENIZER, "link.json"));
        symlinkSync("copy.json", join(into, TOKENIZER, "link.json"));
      },
    ],
  ])("brings the version back over %s", async (_, spoil) => {
    const into = join(scratchDir(), "model");
    await from(store, into);
    await sleep(20);
    spoil(into);
    expect((await again(into)).changed).toBe(true);
    expect((await again(into)).changed).toBe(false);
  });

  test("leaves a folder alone that was copied, or that a server writes into", async () => {
    const into = join(scratchDir(), "model");
    await from(store, into);
    await sleep(20);
    const copy = join(scratchDir(), "copy");
    cpSync(into, copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(copy, "server.log"), "started");
    expect((await again(copy)).changed).toBe(false);
    expect(text(copy, "server.log")).toBe("started");
    expect(await refused("exists", store, copy, { version: "1.0.0", ifChanged: true })).toContain("server.log");
  });
});

test("a file, or a link to nowhere, where the folder is to be", async () => {
  const folder = scratchDir();
  writeFileSync(join(folder, "file"), "mine");
  expect(await refused("exists", store, join(folder, "file"), { force: true })).toContain("is a file");
  await refused("no-write", store, join(folder, "file", "below"));
  expect(text(folder, "file")).toBe("mine");
  symlinkSync("self", join(folder, "self"));
  await refused("no-write", store, join(folder, "self"));
  symlinkSync("versions/new", join(folder, "current"));
  await from(store, join(folder, "current"));
  expect(text(folder, "versions", "new", MODEL)).toBe(BYTES.D);
  expect(names(folder)).toEqual(expect.not.arrayContaining([expect.stringContaining("mv-get")]));
});

test("a store that cannot be reached does not keep the next one from being asked", async () => {
  const copy = forkRepo(repo);
  const gone = `default_remote: gone\nremotes:\n  gone: {url: "file:///nowhere/at/all"}\n`;
  copy.write(".mversion.yaml", copy.read(".mversion.yaml").replace("remotes:\n", gone));
  copy.git("commit", "-qam", "Another store");
  const into = join(scratchDir(), "model");
  expect((await from(`file://${copy.dir}`, into)).version).toBe("1.2.0");
  expect(text(into, MODEL)).toBe(BYTES.D);
});

describe("what is in the folder", () => {
  test("is not lost where mv get did not put it there", async () => {
    const into = join(scratchDir(), "model");
    mkdirSync(into);
    writeFileSync(join(into, "notes.txt"), "mine");
    expect(await refused("exists", store, into)).toContain("holds notes.txt");
    await from(store, into, { force: true });
    writeFileSync(join(into, TOKENIZER, "mine.txt"), "mine");
    expect(await refused("exists", store, into)).toContain(TOKENIZER);
    expect(text(into, TOKENIZER, "mine.txt")).toBe("mine");
  });

  test("of a folder whose parent cannot be written, the stamp comes last", async () => {
    const parent = scratchDir();
    const into = join(parent, "model");
    mkdirSync(into);
    await from(store, into, { version: "1.0.0" });
    expect(names(into)).toEqual(["models", MODEL, "version.json"]);
    chmodSync(parent, 0o755);
  });
});

describe("hostile stores", () => {
  function spoiled(spoil: (copy: string) => void): string {
    const copy = scratchDir("store");
    cpSync(store, copy, { recursive: true });
    spoil(copy);
    return copy;
  }

  test("other bytes under an object's name", async () => {
    const [, sha256 = ""] = /sha256: "(\w+)"/.exec(repo.read(`${MODEL}.mv.yaml`)) ?? [];
    const copy = spoiled((folder) => {
      const object = join(folder, "objects", sha256.slice(0, 2), sha256);
      rmSync(object);
      writeFileSync(object, BYTES.D.replace(/./, "#"));
    });
    const into = join(scratchDir(), "model");
    await from(store, into, { version: "1.0.0" });
    expect(await refused("bytes-wrong", copy, into)).toContain(MODEL);
    expect(text(into, MODEL)).toBe(BYTES.B);
    // What is right of it is kept for the next call, which needs no more than the rest.
    await from(store, into);
    expect(text(into, MODEL)).toBe(BYTES.D);
    expect(names(join(into, ".."))).not.toContain(".model.mv-get");
  });

  test("a release file of another release, or with another tag object", async () => {
    const into = join(scratchDir(), "model");
    const file = (folder: string, version: string) => join(folder, releaseFilePath("churn", version));
    const swapped = spoiled((folder) => cpSync(file(folder, "1.0.0"), file(folder, "1.1.0")));
    await refused("invalid-file", swapped, into, { version: "1.1.0" });
    const forged = spoiled((folder) => {
      const json = JSON.parse(text(file(folder, "1.1.0"))) as { raw: string };
      const raw = Buffer.from(json.raw, "base64").toString().replace("1.1.0", "1.1.1");
      writeFileSync(file(folder, "1.1.0"), JSON.stringify({ ...json, raw: Buffer.from(raw).toString("base64") }));
    });
    await refused("invalid-file", forged, into, { version: "1.1.0" });
    const older = spoiled((folder) => cpSync(file(folder, "1.0.0"), file(folder, "1.3.0")));
    await refused("invalid-file", older, into, { version: "1.3.0" });
    const other = spoiled((folder) =>
      cpSync(join(folder, "models/churn/stages/production.json"), join(folder, "models/churn/stages/staging.json")),
    );
    await refused("invalid-file", other, into, { version: "staging" });
  });
});

describe("a stage that another tool assigned", () => {
  const foreign = (copy: TestRepo, name: string, version: string, message = "Assigning stage"): void => {
    copy.git("tag", "-a", "-m", message, name, `${version}^{commit}`);
  };
  const on = (copy: TestRepo, stage: string): Promise<GetResult> =>
    from(`file://${copy.dir}`, join(scratchDir(), "model"), { version: `churn@${stage}` });

  test("is the one release at its commit; what cannot be read is passed over; and nothing where it was taken away", async () => {
    const copy = forkRepo(repo);
    foreign(copy, "churn#production#7", "v1.0.0");
    expect(await on(copy, "production")).toMatchObject({ version: "1.0.0", stage: "production" });
    foreign(copy, "churn#production#8", "v1.2.0", "why\n\n---\nmversion: 1\nevent: assign\nmodel: [");
    copy.git("tag", "churn#production#9", "v1.2.0^{commit}");
    expect(await on(copy, "production")).toMatchObject({ version: "1.0.0" });
    foreign(copy, "churn#production!#10", "v1.0.0");
    await expect(on(copy, "production")).rejects.toMatchObject({ code: "unknown-version" });
  });
});

test("--force replaces no repository, no home folder, and nothing that the current folder is in", async () => {
  const home = scratchDir();
  mkdirSync(join(home, "work/run"), { recursive: true });
  const at = (cwd: string, into: string): Promise<unknown> =>
    get({ cwd, env: { ...testEnv(), HOME: home } }, { source: store, into, paths: [], force: true }).catch(
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
  expect(await at(home, ".")).toBe(". has your home folder in it, and --force would remove all of it");
  expect(await at(home, "/")).toBe("/ has your home folder in it, and --force would remove all of it");
  expect(await at(join(home, "work/run"), "..")).toMatch(/^\.\. has the folder in it where you are, and/);
  const clone = forkRepo(repo);
  expect(await at(clone.dir, ".")).toMatch(/^\. is a Git repository, and/);
  expect(clone.git("status", "--porcelain")).toBe("");
  writeFileSync(join(home, "work/notes"), "x");
  expect(await at(home, "work")).toMatchObject({ version: "1.2.0", changed: true });
});

test("a source that is not there, as a volume that is not mounted", async () => {
  expect(await refused("unreachable", join(scratchDir(), "models"), scratchDir())).toMatch(/models is not there$/);
});
