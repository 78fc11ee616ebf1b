// `git push` as a user types it: the pre-push hook brings the bytes to the store first, and holds back what nobody could get.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, test } from "vitest";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import type { TestRepo } from "../helpers/git.ts";
import { cacheOf, lose, setRemotes, type Shared, sharedProject } from "../helpers/shared.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mversion.js", import.meta.url));
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let shared: Shared;
let repo: TestRepo;

beforeEach(async () => {
  shared = await sharedProject();
  repo = shared.repo;
  install(repo);
});

/** The shortest stub there is, which counts its calls: the installed script has tests of its own. */
function install(where: TestRepo): void {
  where.hook("pre-push", `echo call >>.git/calls; exec node '${PROGRAM}' hook pre-push "$@"`);
}

function push(...args: string[]): { status: number; stderr: string } {
  return repo.tryGit("push", "-q", "origin", ...args);
}

async function draft(): Promise<void> {
  trained(repo, MODEL, BYTES.D);
  await play(repo, `mv add ${MODEL}`, "mv bump draft");
  repo.git("commit", "-qam", "draft");
}

describe("git push", () => {
  test("of releases brings their bytes and their files to the store first", async () => {
    expect(push("main", "v1.0.0", "v1.1.0")).toMatchObject({ status: 0, stderr: "" });
    expect(shared.refs()).toEqual(["main", "v1.0.0", "v1.1.0"]);
    expect(shared.objects()).toHaveLength(3);
    expect(readdirSync(join(shared.store, "models/churn/releases"))).toEqual(["1.0.0.json", "1.1.0.json"]);
    expect(existsSync(join(shared.store, "mversion.json"))).toBe(true);
  });

  test("of a draft brings its bytes; a commit of code asks nothing", async () => {
    push("main");
    await draft();
    expect(push("main")).toMatchObject({ status: 0, stderr: "" });
    expect(shared.objects()).toContain(sha256(BYTES.D).slice(0, 8));
    setRemotes(repo, { store: "/nonexistent/store" });
    repo.git("checkout", "-q", "--", ".mversion.yaml");
    repo.commit("code", { "train.py": "x = 1\n" });
    expect(push("main")).toMatchObject({ status: 0, stderr: "" });
  });

  test("is refused where nobody could get a release", () => {
    lose(cacheOf(repo), sha256(BYTES.B));
    expect(push("main", "v1.0.0")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        `mversion: refused: nobody could get churn 1.0.0: the bytes of ${MODEL} are neither here nor on a remote\n`,
      ),
    });
    expect([shared.refs(), shared.objects()]).toEqual([[], []]);
    expect(repo.tryGit("push", "-q", "--no-verify", "origin", "main").status).toBe(0);
  });

  test("of a draft whose bytes are nowhere goes out with a word; where the store is gone it does not", async () => {
    push("main", "v1.0.0", "v1.1.0");
    await draft();
    lose(cacheOf(repo), sha256(BYTES.D));
    expect(push("main")).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("the branch goes out without them."),
    });
    trained(repo, MODEL, BYTES.E);
    await play(repo, `mv add ${MODEL}`, "mv bump draft");
    setRemotes(repo, { store: "/nonexistent/store" });
    repo.git("commit", "-qam", "another draft");
    const refused = push("main");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("mversion: refused: nobody could get the pushed bytes: store: /nonexistent/store");
    expect(refused.stderr).toContain("Without the bytes: git push --no-verify");
  });

  test("leaves a lock in the store, which the next of this clone takes again, and gc ends", async () => {
    const locks = (): string[] => readdirSync(join(shared.store, "locks"));
    push("main");
    const [left = ""] = locks();
    await draft();
    push("main");
    expect(locks()).toEqual([left]);
    // As where the remote refuses it: nothing tells what will come of the push.
    shared.origin.hook("pre-receive", "exit 1");
    trained(repo, MODEL, BYTES.E);
    await play(repo, `mv add ${MODEL}`, "mv bump draft");
    repo.git("commit", "-qam", "another draft");
    expect(push("main").status).toBe(1);
    await play(repo, "mv gc --remote store --yes");
    expect(locks()).toContain(left);
    rmSync(join(shared.origin.dir, "hooks", "pre-receive"));
    repo.git("push", "-q", "--no-verify", "origin", "main");
    await play(repo, "mv gc --remote store --grace 0 --yes");
    expect(locks()).not.toContain(left);
  });

  test("inside mv push does nothing twice", async () => {
    await play(repo, "mv push");
    expect(repo.read(".git/calls")).toBe("call\n");
    expect(shared.refs()).toHaveLength(3);
    // The rules hold there too.
    repo.git("tag", "-f", "-a", "v1.0.0", "-m", "moved");
    expect(push("+v1.0.0").status).toBe(1);
  });
});
