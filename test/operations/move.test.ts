// What `mv move` renames, and that a content stays what it is.
import { renameSync, rmSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sameContent } from "../../src/model/content.ts";
import { move } from "../../src/operations/move.ts";
import { status } from "../../src/operations/status.ts";
import { BYTES, DATA, json, MODEL, play, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { addTo, openRepo, recordOf } from "../helpers/project.ts";
import { refusal } from "../helpers/refusal.ts";

let released: TestRepo;

beforeAll(async () => {
  released = await sampleProject({ until: "1.0.0" });
  released.write("models/tok/sub/vocab", "v");
  await addTo(released, "models/tok");
  await play(released, 'mv tag v1.1.0 -a -m "Tokenizer"');
});

async function moveIn(repo: TestRepo, from: string, to: string, cwd = ""): Promise<unknown> {
  return move(await openRepo(repo, { cwd }), { from, to });
}

async function states(repo: TestRepo): Promise<string[]> {
  return (await status(await openRepo(repo))).artifacts.map(({ path, state }) => `${path} ${state}`);
}

describe("a move", () => {
  it("is the same content: the released number still names it, and a commit passes the rules", async () => {
    const repo = forkRepo(released);
    const before = recordOf(repo);
    expect(await moveIn(repo, MODEL, "deploy/net.onnx")).toEqual({
      from: MODEL,
      to: "deploy/net.onnx",
      models: ["churn"],
    });
    expect(await moveIn(repo, "models/tok", "deploy/")).toMatchObject({ to: "deploy/tok" });
    expect(await moveIn(repo, DATA, "train.csv")).toMatchObject({ to: "train.csv" });
    const after = recordOf(repo);
    expect(sameContent(before.artifacts, after.artifacts)).toBe(true);
    expect([after.version, after.content === before.content]).toEqual(["1.1.0", false]);
    expect(await states(repo)).toEqual(["deploy/net.onnx unchanged", "deploy/tok unchanged", "train.csv unchanged"]);
    repo.commit("Another layout");
    expect((await json(repo, "mv check --all --json")).data).toMatchObject({ findings: [] });
    expect(repo.git("ls-files")).not.toContain("models/");
  });

  it("keeps comments of the pointer, and bytes that were not added yet", async () => {
    const repo = forkRepo(released);
    repo.write(`${MODEL}.mv.yaml`, `# ours\n${repo.read(`${MODEL}.mv.yaml`)}`);
    trained(repo, MODEL, BYTES.E);
    await moveIn(repo, "model.onnx", "..", "models");
    expect(repo.read("model.onnx")).toBe(BYTES.E);
    expect(repo.read("model.onnx.mv.yaml")).toMatch(/^# ours\n/);
    expect(repo.read(".gitignore")).toBe("/model.onnx\n");
    expect(repo.git("status", "--short")).not.toContain("??");
  });

  it("of an artifact that is absent moves its pointer", async () => {
    const repo = forkRepo(released);
    rmSync(repo.path(MODEL));
    await moveIn(repo, MODEL, "net.onnx");
    expect(await states(repo)).toContain("net.onnx absent");
  });

  it("is made good after the system's own mv", async () => {
    const repo = forkRepo(released);
    renameSync(repo.path(MODEL), repo.path("net.onnx"));
    await moveIn(repo, MODEL, "net.onnx");
    expect(await states(repo)).toContain("net.onnx unchanged");
    repo.write("other.onnx", "other");
    rmSync(repo.path("net.onnx"));
    expect(await refusal(moveIn(repo, "net.onnx", "other.onnx"))).toMatchObject({ code: "exists" });
  });
});

describe("refused", () => {
  it("into itself or another artifact, over something, onto names that nothing can have", async () => {
    const repo = forkRepo(released);
    repo.write(".mvignore", "*.tmp\n");
    const targets = ["models/tok/net.onnx", "train.py", DATA, ".mversion.yaml", "x.tmp", "../out", "c:/x"];
    const messages: string[] = [];
    for (const to of targets)
      messages.push((await refusal(moveIn(repo, MODEL, to))).message.replaceAll(repo.dir, "/repo"));
    messages.push((await refusal(moveIn(repo, "models/tok", "models/tok/sub"))).message);
    messages.push((await refusal(moveIn(repo, "models", "other"))).message);
    expect(messages).toMatchInlineSnapshot(`
      [
        "models/tok/net.onnx would be inside models/tok, which is an artifact of its own",
        "train.py is there already",
        "data/train.csv.mv.yaml is there already",
        ".mversion.yaml cannot be tracked: Git or mversion reads a file of that name for itself",
        "x.tmp is left out by .mvignore",
        "../out is not inside the repository /repo",
        "c:/x cannot be tracked: the path starts with a drive letter",
        "models/tok/sub/tok would be inside models/tok, which is an artifact of its own",
        "models holds 2 artifacts; move them one at a time",
      ]
    `);
    expect(repo.git("status", "--short")).toBe("?? .mvignore");
  });

  it("by a lock in the middle of it, it is finished by the next command", async () => {
    const repo = forkRepo(released);
    repo.write(".git/index.lock", "");
    expect(await refusal(moveIn(repo, MODEL, "net.onnx"))).toMatchObject({ code: "locked" });
    rmSync(repo.path(".git/index.lock"));
    const warnings: string[] = [];
    await addTo(repo, DATA, { warnings });
    expect(warnings).toEqual(["finished a move that was interrupted"]);
    expect(await states(repo)).toContain("net.onnx unchanged");
    expect(repo.git("status", "--short")).not.toContain("??");
  });
});
