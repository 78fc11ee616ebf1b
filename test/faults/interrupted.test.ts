// kill -9 at every rename, fsync, link and unlink that a command makes: a path holds wholly the old or wholly the new bytes,
// `mv status` still works, and repeating the command ends where an uninterrupted one does.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { BYTES, DATA, json, MODEL, play, run, sampleProject, trained } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { hasStrace, isKilledAt, underStrace } from "../helpers/strace.ts";

function withStrace(repo: TestRepo, line: string, inject: string, calls: string) {
  const log = join(repo.dir, ".git/strace.log");
  const done = underStrace(repo, line, ["-o", log, "-e", `trace=${calls}`, "-e", inject]);
  return { status: done.status, stderr: done.stderr, hit: readFileSync(log, "utf8").includes("(INJECTED)") };
}

/** Everything a person sees, and all that a release says; not what differs from run to run: dates and ids. */
function stateOf(repo: TestRepo): Record<string, unknown> {
  const files = repo.git("ls-files", "--cached", "--others").split("\n");
  const tags = repo.git("for-each-ref", "--format=%(refname:short)", "refs/tags").split("\n");
  const withoutIds = (text: string): string => text.replace(/\b[0-9a-f]{40}\b|[0-9]{10} [-+]\d{4}/g, "…");
  return {
    files: [...new Set(files)].toSorted().map((file) => [file, existsSync(repo.path(file)) ? repo.read(file) : null]),
    index: repo.git("ls-files", "--stage"),
    tree: repo.git("rev-parse", "HEAD^{tree}"),
    subjects: repo.git("log", "--format=%B"),
    head: withoutIds(readFileSync(repo.path(".git/HEAD"), "utf8")),
    tags: tags.map((tag) => withoutIds(repo.git("cat-file", "-p", `refs/tags/${tag}`))),
    journal: existsSync(repo.path(".git/mversion/journal.json")),
  };
}

interface Story {
  start: TestRepo;
  line: string;
  /** What the model's path may hold at any time. */
  bytes: readonly string[];
  /** What the line may say where nothing was left to do. */
  done?: string;
}

async function playOut({ start, line, bytes, done }: Story): Promise<number> {
  const whole = forkRepo(start);
  await play(whole, line);
  const expected = stateOf(whole);
  let kills = 0;
  for (const calls of ["rename,renameat2,link,linkat,unlink", "fsync,fdatasync"]) {
    for (let nth = 1; ; nth += 1) {
      const repo = forkRepo(start);
      if (!isKilledAt(repo, line, calls, nth)) {
        expect(stateOf(repo)).toEqual(expected);
        break;
      }
      kills += 1;
      const where = `${line} killed at the ${nth}. of ${calls}`;
      expect(bytes, where).toContain(repo.read(MODEL));
      expect((await json(repo, "mv status --json")).ok, where).toBe(true);
      const again = await run(repo, line);
      if (again.status !== 0) expect(again.screen, where).toContain(done);
      expect(stateOf(repo), `${where}\n${again.screen}`).toEqual(expected);
    }
  }
  return kills;
}

describe.runIf(hasStrace)("a disk that fails at one step", () => {
  // Each call of the main thread fails once: what the command says, and what it leaves, must both be right.
  test.each(["mv checkout v1.0.0", "mv restore v1.0.0", "mv tag v1.2.0 -a -m why"])("%s", async (line) => {
    const start = await sampleProject({ until: "1.1.0" });
    if (line.startsWith("mv tag")) {
      trained(start, MODEL, BYTES.D);
      await play(start, `mv add ${MODEL}`);
    }
    const whole = forkRepo(start);
    await play(whole, line);
    const [before, expected] = [stateOf(start), stateOf(whole)];
    for (const [calls, error] of [
      ["rename,renameat2", "ENOSPC"],
      ["fsync,fdatasync", "EIO"],
    ] as const) {
      for (let nth = 1; ; nth += 1) {
        const repo = forkRepo(start);
        const { status, stderr, hit } = withStrace(repo, line, `inject=${calls}:error=${error}:when=${nth}`, calls);
        if (!hit) break;
        const where = `${line}, the ${nth}. of ${calls} fails\n${stderr}`;
        expect(status, where).toBeLessThan(2);
        if (status === 0) {
          expect(stateOf(repo), where).toEqual(expected);
          continue;
        }
        expect(stderr, where).toMatch(/disk/);
        expect([BYTES.B, BYTES.C, BYTES.D], where).toContain(repo.read(MODEL));
        // Until the change has begun a failure leaves all as it was; then the journal says what is still to be done.
        const now = stateOf(repo);
        if (now["journal"] === false && now["head"] === before["head"]) expect(now, where).toEqual(before);
        await play(repo, line);
        expect(stateOf(repo), where).toEqual(expected);
      }
    }
  });
});

describe.runIf(hasStrace)("killed at every step and repeated", () => {
  let base: TestRepo;

  beforeAll(async () => {
    base = await sampleProject({ until: "1.1.0" });
  });

  test("mv add", async () => {
    const start = forkRepo(base);
    trained(start, MODEL, BYTES.D);
    start.write("requirements.txt", "scikit-learn==1.4.0\n");
    const line = `mv add ${MODEL} --metric accuracy=0.92 --python requirements.txt`;
    expect(await playOut({ start, line, bytes: [BYTES.D] })).toBeGreaterThan(5);
  });

  test("mv tag", async () => {
    const start = forkRepo(base);
    trained(start, MODEL, BYTES.D);
    start.write("train.py", "C = 0.7\n");
    await play(start, `mv add ${MODEL}`);
    expect(
      await playOut({ start, line: "mv tag v1.2.0 -a -m why", bytes: [BYTES.D], done: "1.2.0 is already released" }),
    ).toBeGreaterThan(5);
  });

  test("mv checkout", async () => {
    const start = forkRepo(base);
    trained(start, DATA, "march\n");
    await play(start, `mv add ${DATA} --dataset`);
    start.git("commit", "-qm", "March");
    expect(await playOut({ start, line: "mv checkout v1.0.0", bytes: [BYTES.C, BYTES.B] })).toBeGreaterThan(5);
  });

  test("mv restore", async () => {
    const start = forkRepo(base);
    trained(start, "models/second.onnx", BYTES.D);
    await play(start, "mv add models/second.onnx", "mv tag v1.2.0 -m second");
    expect(await playOut({ start, line: "mv restore v1.0.0", bytes: [BYTES.C, BYTES.B] })).toBeGreaterThan(5);
  });

  test("mv merge", async () => {
    const start = forkRepo(base);
    for (const [branch, bytes] of [
      ["feat-b", BYTES.E],
      ["feat-a", BYTES.D],
    ] as const) {
      start.git("switch", "-qc", branch, "main");
      await play(start, "mv restore");
      trained(start, MODEL, bytes);
      await play(start, `mv add ${MODEL}`, "mv bump draft");
      start.git("commit", "-qam", branch);
    }
    expect(start.tryGit("merge", "feat-b").status).toBe(1);
    const done = "No record and no pointer is in conflict";
    const story = { start, line: "mv merge --theirs", bytes: [BYTES.D, BYTES.E], done };
    expect(await playOut(story)).toBeGreaterThan(5);
  });
});
