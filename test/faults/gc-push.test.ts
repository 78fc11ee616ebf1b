// A push and a gc of the same store, stopped at every step to let the other go first: no ref ever names an object that the store
// lacks, and repeating what was refused brings both to their end. The grace age is nothing, so that locks alone protect.
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { array, assert, asyncProperty, boolean } from "fast-check";
import { beforeAll, expect, test, vi } from "vitest";
import { isMvError } from "../../src/errors.ts";
import { gcRemote } from "../../src/operations/gc-remote.ts";
import { push } from "../../src/operations/push.ts";
import { BYTES, MODEL, play, trained } from "../helpers/cli.ts";
import { repoAt, type TestRepo } from "../helpers/git.ts";
import { sha256 } from "../helpers/program.ts";
import { openRepo } from "../helpers/project.ts";
import { cacheOf, objectFile } from "../helpers/shared.ts";
import { as, inside, together } from "../helpers/steps.ts";
import { fork, newWorld, requireConsistent, type World } from "../helpers/world.ts";

vi.mock("../../src/remotes/open.ts", async (original) =>
  (await import("../helpers/steps.ts")).stepping.open(await original()),
);
vi.mock("../../src/git/push.ts", async (original) =>
  (await import("../helpers/steps.ts")).stepping.push(await original()),
);
vi.mock("../../src/git/mirror.ts", async (original) =>
  (await import("../helpers/steps.ts")).stepping.mirror(await original()),
);

const TIMEOUT = { timeout: 900_000 };
const [RELIED, GARBAGE, MATES] = [BYTES.D, BYTES.E, "a mate's\n"];
let start: World;

/**
 * The store has bytes that nothing names: of some the repository is about to push a release, of others a mate is about to push a
 * branch, and so neither has anything to send.
 */
beforeAll(async () => {
  start = await newWorld();
  const { repo, store } = start;
  await play(repo, "mv push");
  repo.git("config", "mversion.wait", "0");
  trained(repo, MODEL, GARBAGE);
  await play(repo, `mv add ${MODEL}`);
  repo.git("switch", "-qc", "mate");
  trained(repo, MODEL, MATES);
  await play(repo, `mv add ${MODEL}`, "mv bump draft");
  repo.git("commit", "-qam", "mate");
  repo.git("switch", "-q", "main");
  trained(repo, MODEL, RELIED);
  await play(repo, `mv add ${MODEL}`, "mv tag v1.1.0 -a -m relied");
  for (const bytes of [RELIED, GARBAGE, MATES]) {
    const to = objectFile(store, sha256(bytes));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(objectFile(cacheOf(repo), sha256(bytes)), to, { preserveTimestamps: true });
  }
}, 300_000);

interface Scene extends World {
  /** Another clone, which knows of the pushes only what Git tells. */
  other: TestRepo;
  mate: TestRepo;
}

function scene(): Scene {
  const world = fork(start);
  world.origin.git("clone", "-q", ".", `${world.dir}/other`);
  world.repo.git("clone", "-q", "-b", "mate", ".", `${world.dir}/mate`);
  world.repo.git("branch", "-qD", "mate");
  const mate = repoAt(`${world.dir}/mate`);
  mate.git("remote", "set-url", "origin", "../origin.git");
  mate.git("config", "mversion.wait", "0");
  cpSync(cacheOf(world.repo), cacheOf(mate), { recursive: true });
  return { ...world, other: repoAt(`${world.dir}/other`), mate };
}

/** Null where it was refused because the other one is at work. */
async function unlessLocked<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    if (isMvError(error) && error.code === "locked") return null;
    throw error;
  });
}

const pushFrom = async (repo: TestRepo) => unlessLocked(push(await openRepo(repo), { words: [] }));
const cleanFrom = async ({ other }: Scene) =>
  unlessLocked(gcRemote(await openRepo(other), { remote: "store", grace: 0 }));

/** Whatever came of the two, nothing is lost, and both can be repeated. */
async function requireEnd(on: Scene, where: string): Promise<void> {
  requireConsistent(on, where);
  for (const repo of [on.repo, on.mate]) expect(await pushFrom(repo), where).not.toBeNull();
  requireConsistent(on, where);
  expect(on.origin.git("for-each-ref", "--format=%(refname:short)"), where).toBe("main\nmate\nv1.0.0\nv1.1.0");
  expect(await cleanFrom(on), where).not.toBeNull();
  requireConsistent(on, where);
  const has = (bytes: string): boolean => existsSync(objectFile(on.store, sha256(bytes)));
  expect([RELIED, MATES, GARBAGE].map(has), where).toEqual([true, true, false]);
}

test("a whole gc at every step of a push", TIMEOUT, async () => {
  let [cleaned, nth] = [0, 1];
  for (; ; nth += 1) {
    const on = scene();
    let result: Awaited<ReturnType<typeof cleanFrom>> = null;
    const wasStep = await inside(
      "push",
      nth,
      async () => void (await as("push", () => pushFrom(on.repo))),
      async () => {
        result = await as("gc", () => cleanFrom(on));
      },
    );
    if (result !== null) cleaned += 1;
    await requireEnd(on, `a gc at step ${nth} of a push`);
    if (!wasStep) break;
  }
  // A push never keeps a gc from its work.
  expect(cleaned).toBe(nth - 1);
  expect(nth).toBeGreaterThan(6);
});

test("a whole push at every step of a gc", TIMEOUT, async () => {
  const results = { pushed: 0, refused: 0 };
  for (let nth = 1; ; nth += 1) {
    const on = scene();
    const wasStep = await inside(
      "gc",
      nth,
      async () => void (await as("gc", () => cleanFrom(on))),
      async () => {
        results[(await as("push", () => pushFrom(on.repo))) === null ? "refused" : "pushed"] += 1;
      },
    );
    await requireEnd(on, `a push at step ${nth} of a gc`);
    if (!wasStep) break;
  }
  expect(results.pushed).toBeGreaterThan(5);
  expect(results.refused).toBeGreaterThan(5);
});

test("a push, another push and a gc, each step given to anybody", TIMEOUT, async () => {
  await assert(
    asyncProperty(array(boolean(), { minLength: 8, maxLength: 40 }), async (turns) => {
      const on = scene();
      let at = 0;
      const choose = (waiting: readonly string[]): string => {
        at += 1;
        return (turns[at % turns.length] ? waiting[0] : waiting.at(-1)) ?? "";
      };
      await together(
        {
          push: async () => void (await pushFrom(on.repo)),
          gc: async () => void (await cleanFrom(on)),
          mate: async () => void (await pushFrom(on.mate)),
        },
        choose,
      );
      await requireEnd(on, `turns ${turns.map(Number).join("")}`);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});
