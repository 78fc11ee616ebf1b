// What is printed in a folder of the repository is typed there too: every command is run as it was printed.
import { chmodSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BYTES, DATA, json, MODEL, play, run, sampleProject, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";

const FOLDER = "models";

/** The first command of the error's hint. */
async function hinted(repo: TestRepo, line: string): Promise<string> {
  const { error } = await json(repo, `${line} --json`, { cwd: FOLDER });
  return error?.hint?.split("\n")[0] ?? "";
}

async function works(repo: TestRepo, line: string): Promise<void> {
  const { status, screen } = await run(repo, line, { cwd: FOLDER });
  if (status !== 0) throw new Error(`$ ${line}\n${screen}`);
}

describe("hints in a subfolder", () => {
  it("of tag: an artifact that changed, and a record of other bytes", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, MODEL, BYTES.D);
    const add = await hinted(repo, "mv tag v1.2.0 -m Why");
    expect(add).toBe("mv add model.onnx");
    await works(repo, add);
    await works(repo, "mv tag v1.2.0 -a -m Why");

    repo.git("restore", "--source=v1.0.0", "--staged", "--worktree", "--", "churn.model.yaml");
    const again = await hinted(repo, "mv tag v1.3.0 -m Why");
    expect(again).toBe("mv add model.onnx");
    await works(repo, again);
  });

  it("of checkout: bytes that are stored nowhere", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, DATA, `${BYTES.T}23,1,west,0\n`);
    const add = await hinted(repo, "mv restore v1.0.0 ../data");
    expect(add).toBe("mv add ../data/train.csv");
    await works(repo, add);
  });

  it("of verify: the working tree, and a rotten object", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    trained(repo, DATA, BYTES.A);
    expect(await hinted(repo, "mv verify")).toBe("mv add ../data/train.csv, or mv restore --force ../data/train.csv");
    await works(repo, "mv restore --force ../data/train.csv");
    const sha256 = "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d";
    const object = repo.path(".git/mversion/cache/objects/b3", sha256);
    chmodSync(object, 0o644);
    writeFileSync(object, "rotten\n");
    const heal = await hinted(repo, "mv verify v1.1.0");
    expect(heal).toBe("mv add model.onnx");
    await works(repo, heal);
    await works(repo, "mv verify --all");
  });

  it("of check and of a commit: names and binaries", async () => {
    const repo = await sampleProject({ until: "1.1.0", hooks: true });
    repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}policy: {naming: block, max_git_binary: 1kB}\n`);
    repo.commit("Stricter");
    repo.write("data/net_v2.onnx", Buffer.alloc(2000));
    repo.git("add", "data/net_v2.onnx");
    const untrack = (await hinted(repo, "mv check --staged")).split(" && ");
    expect(untrack).toEqual(["git rm --cached ../data/net_v2.onnx", "mv add ../data/net_v2.onnx"]);
    const commit = repo.tryGit("-C", FOLDER, "commit", "-m", "net");
    expect(commit.stderr).toContain("git rm --cached ../data/net_v2.onnx && mv add ../data/net_v2.onnx");
    repo.git("rm", "-q", "--cached", "data/net_v2.onnx");
    await works(repo, `${untrack[1]} --role other`);
    const move = await hinted(repo, "mv check --staged");
    expect(move).toBe("mv move ../data/net_v2.onnx ../data/net.onnx");
    await works(repo, move);
  });

  it("of a file that cannot be read", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    repo.write("churn.model.yaml", "schema: [1\n");
    const restore = await hinted(repo, "mv tag v1.2.0 -m Why");
    expect(restore).toBe("git restore :/churn.model.yaml");
    repo.git("-C", FOLDER, ...restore.split(" ").slice(1));
    await play(repo, "mv status");
  });
});
