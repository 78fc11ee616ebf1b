import { describe, expect, test } from "vitest";
import { type ErrorCode, MvError } from "../../../src/errors.ts";
import { withLimits } from "../../../src/remotes/limits.ts";
import type { Remote, Transfer } from "../../../src/remotes/remote.ts";
import { withRetry } from "../../../src/remotes/retry.ts";

function failure(code: ErrorCode = "unreachable", details: Record<string, unknown> = { transient: true }): MvError {
  return new MvError(code, "it failed on purpose", { details });
}

function object(at: number): Transfer {
  return { sha256: String(at).padStart(64, "0"), size: 10, file: `/file/${at}` };
}

type Step = MvError | "ok";

/** A remote that fails on purpose: each call of a method takes the next step; when there are none left, it works. */
function failing(steps: Step[], methods: Partial<Remote> = {}): { remote: Remote; calls: string[] } {
  const calls: string[] = [];
  const step = <T>(name: string, value: T): T => {
    calls.push(name);
    const next = steps.shift();
    if (next instanceof MvError) throw next;
    return value;
  };
  const remote: Remote = {
    name: "bad",
    url: "bad://host",
    abilities: { write: true, list: true, remove: true, files: true },
    has: async (objects) => step("has", new Set(objects.map(({ sha256 }) => sha256))),
    send: async () => step("send", undefined),
    receive: async () => step("receive", undefined),
    read: async () => step("read", null),
    async *list() {
      for (let at = 0; at < 4; at += 1) yield step("list", { ...object(at), modified: new Date(0) });
    },
    remove: async () => step("remove", undefined),
    readFile: async () => step("readFile", null),
    writeFile: async () => step("writeFile", true),
    listFiles: async () => step("listFiles", []),
    removeFile: async () => step("removeFile", undefined),
    close: async () => undefined,
    ...methods,
  };
  return { remote, calls };
}

/** With waits that are written down instead of waited for. */
function patient(remote: Remote): { remote: Remote; waits: number[] } {
  const waits: number[] = [];
  return { waits, remote: withRetry(remote, { wait: async (milliseconds) => void waits.push(milliseconds) }) };
}

describe("passing failures are repeated", () => {
  const calls: Record<string, (remote: Remote) => Promise<unknown>> = {
    has: (remote) => remote.has([object(1)]),
    send: (remote) => remote.send([object(1)], { jobs: 1 }),
    receive: (remote) => remote.receive([object(1)], { jobs: 1 }),
    read: (remote) => remote.read(object(1).sha256, 10),
    remove: (remote) => remote.remove([object(1).sha256]),
    readFile: (remote) => remote.readFile("a", 10),
    writeFile: (remote) => remote.writeFile("a", Buffer.from("x")),
    listFiles: (remote) => remote.listFiles("a"),
    removeFile: (remote) => remote.removeFile("a"),
  };
  test.for(Object.keys(calls))("%s", async (name) => {
    const bad = failing([failure(), failure()]);
    const { remote, waits } = patient(bad.remote);
    await calls[name]?.(remote);
    expect(bad.calls).toEqual([name, name, name]);
    expect(waits).toHaveLength(2);
  });

  test.for(Object.keys(calls))("%s: others at once", async (name) => {
    for (const error of [failure("no-space", {}), failure("denied", {}), failure("too-big", { transient: false })]) {
      const bad = failing([error]);
      await expect(calls[name]?.(patient(bad.remote).remote)).rejects.toBe(error);
      expect(bad.calls).toEqual([name]);
    }
  });
});

test("waits double, come to an end, and the last failure is told", async () => {
  const last = failure("denied");
  const bad = failing([...Array.from({ length: 7 }, () => failure()), last]);
  const { remote, waits } = patient(bad.remote);
  await expect(remote.has([object(1)])).rejects.toBe(last);
  expect(bad.calls).toHaveLength(8);
  waits.forEach((wait, at) => {
    expect(wait).toBeLessThanOrEqual(250 * 2 ** at);
    expect(wait).toBeGreaterThanOrEqual(125 * 2 ** at);
  });
});

test("the wait that a server asks for is kept, up to a cap at a time and in all", async () => {
  const asked = (retryAfterMs: unknown): MvError => failure("unreachable", { transient: true, retryAfterMs });
  const { remote, waits } = patient(failing([asked(7000), asked(999_999_000), asked(-1), asked("soon")]).remote);
  await remote.has([object(1)]);
  expect(waits.slice(0, 2)).toEqual([7000, 60_000]);
  expect(waits[2]).toBeLessThanOrEqual(1000);
  const long = patient(failing(Array.from({ length: 8 }, () => asked(999_999_000))).remote);
  await expect(long.remote.has([object(1)])).rejects.toMatchObject({ code: "unreachable" });
  expect(long.waits).toEqual([60_000, 60_000, 60_000, 60_000, 60_000]);
});

test("only what is not done yet is repeated", async () => {
  const asked: number[][] = [];
  const done: string[] = [];
  const { remote } = patient(
    failing([], {
      async send(objects, { onDone }) {
        asked.push(objects.map(({ sha256 }) => Number(sha256)));
        const [first, ...rest] = objects;
        if (first) onDone?.(first);
        if (rest.length > 0) throw failure();
      },
    }).remote,
  );
  await remote.send([object(1), object(2), object(3)], { jobs: 1, onDone: ({ sha256 }) => done.push(sha256) });
  expect(asked).toEqual([[1, 2, 3], [2, 3], [3]]);
  expect(done.map(Number)).toEqual([1, 2, 3]);
});

test("progress starts the count anew; bytes that go round do not", async () => {
  let rounds = 0;
  const onward = patient(
    failing([], {
      async receive(_, { onBytes }) {
        rounds += 1;
        if (rounds <= 50) {
          onBytes?.(1);
          throw failure();
        }
      },
    }).remote,
  );
  await onward.remote.receive([object(1)], { jobs: 1 });
  expect(rounds).toBe(51);

  rounds = 0;
  const around = patient(
    failing([], {
      async receive(_, { onBytes }) {
        rounds += 1;
        onBytes?.(5);
        onBytes?.(-5);
        throw failure();
      },
    }).remote,
  );
  await expect(around.remote.receive([object(1)], { jobs: 1 })).rejects.toMatchObject({ code: "unreachable" });
  expect(rounds).toBe(8);
});

test("a listing that breaks off is begun anew, and nothing comes twice", async () => {
  const bad = failing(["ok", "ok", failure(), failure(), "ok", failure()]);
  const found: number[] = [];
  for await (const { sha256 } of patient(bad.remote).remote.list()) found.push(Number(sha256));
  expect(found).toEqual([0, 1, 2, 3]);
  const dead = failing(Array.from({ length: 20 }, () => failure()));
  await expect(patient(dead.remote).remote.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: "unreachable",
  });
});

test("a conditional write whose answer was lost is told from one that another won", async () => {
  let file = Buffer.from("old");
  const store = (loseAnswer: boolean, rival?: string): Remote =>
    failing([], {
      readFile: async () => ({ bytes: file, mark: file.toString(), modified: null }),
      async writeFile(_, bytes, expect) {
        if (expect !== undefined && expect !== file.toString()) return false;
        file = Buffer.from(rival ?? bytes);
        if (loseAnswer) throw failure();
        return true;
      },
    }).remote;
  expect(await patient(store(true)).remote.writeFile("a", Buffer.from("new"), "old")).toBe(true);
  expect(file.toString()).toBe("new");
  file = Buffer.from("old");
  expect(await patient(store(true, "rival")).remote.writeFile("a", Buffer.from("new"), "old")).toBe(false);
  expect(await patient(store(false)).remote.writeFile("a", Buffer.from("rival"), "old")).toBe(false);
});

test("the signal ends a wait", async () => {
  const stop = new AbortController();
  const bad = failing(
    Array.from({ length: 9 }, () => failure("unreachable", { transient: true, retryAfterMs: 60_000 })),
  );
  const remote = withRetry(bad.remote, { onRetry: () => stop.abort() });
  await expect(remote.receive([object(1)], { jobs: 1, signal: stop.signal })).rejects.toMatchObject({
    code: "interrupted",
  });
  expect(bad.calls).toEqual(["receive"]);
});

test("whoever waits is told why and how long", async () => {
  const told: string[] = [];
  const bad = failing([failure("unreachable", { transient: true, retryAfterMs: 3000 })]);
  const remote = withRetry(bad.remote, {
    wait: async () => undefined,
    onRetry: (error, wait) => told.push(`${error.message}: ${wait}`),
  });
  await remote.has([object(1)]);
  expect(told).toEqual(["it failed on purpose: 3000"]);
});

test("an object named twice is sent once and told twice; jobs stay within bounds", async () => {
  const seen: { shas: number[]; jobs: number }[] = [];
  const remote = withLimits(
    failing([], {
      async send(objects, { jobs, onDone }) {
        seen.push({ shas: objects.map(({ sha256 }) => Number(sha256)), jobs });
        for (const each of objects) onDone?.(each);
      },
      async receive(_, { jobs }) {
        seen.push({ shas: [], jobs });
      },
    }).remote,
  );
  const done: string[] = [];
  const twin = { ...object(1), file: "/file/twin" };
  await remote.send([object(1), object(2), twin], { jobs: 1000, onDone: ({ file }) => done.push(file) });
  expect(done).toEqual(["/file/1", "/file/twin", "/file/2"]);
  for (const jobs of [0, -3, Number.NaN]) await remote.receive([], { jobs });
  expect(seen).toEqual([{ shas: [1, 2], jobs: 64 }, ...Array.from({ length: 3 }, () => ({ shas: [], jobs: 1 }))]);
});
