// Commands in one process that stop at every step: each call of a store, each git push and each look at another repository. A test
// decides who goes on. For this the test file replaces remotes/open.ts, git/push.ts and git/mirror.ts by the same with steps:
//
//   vi.mock("../../src/remotes/open.ts", async (original) => (await import("../helpers/steps.ts")).stepping.open(await original()));
import { AsyncLocalStorage } from "node:async_hooks";
import type * as mirrors from "../../src/git/mirror.ts";
import type * as pushes from "../../src/git/push.ts";
import type * as remotes from "../../src/remotes/open.ts";
import type { Remote } from "../../src/remotes/remote.ts";

const actor = new AsyncLocalStorage<string>();
type Gate = (actor: string, step: string) => Promise<void>;
let gate: Gate | null = null;

/** Runs a command under a name, by which its steps are known. */
export function as<T>(name: string, work: () => Promise<T>): Promise<T> {
  return actor.run(name, work);
}

/** Every step waits for this from now on; null: none does. */
export function setGate(next: Gate | null): void {
  gate = next;
}

async function step(name: string, who = actor.getStore()): Promise<void> {
  if (who !== undefined) await gate?.(who, name);
}

export const stepping = {
  open: (real: typeof remotes): typeof remotes => ({
    ...real,
    openRemote: async (...args) => withSteps(await real.openRemote(...args)),
  }),
  push: (real: typeof pushes): typeof pushes => ({
    ...real,
    async pushRefs(...args) {
      await step("git push");
      const pushed = await real.pushRefs(...args);
      await step("pushed");
      return pushed;
    },
  }),
  mirror: (real: typeof mirrors): typeof mirrors => ({
    ...real,
    async mirrorRepository(...args) {
      await step("mirror");
      const mirror = await real.mirrorRepository(...args);
      return {
        ...mirror,
        async update() {
          await step("update");
          await mirror.update();
          await step("updated");
        },
      };
    },
  }),
};

/** The steps are those of whoever opened it: what threads report may run in the surroundings of another command. */
function withSteps(remote: Remote): Remote {
  const who = actor.getStore();
  const stepped = <Args extends unknown[], T>(name: string, work: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      await step(name, who);
      return work(...args);
    };
  };
  return {
    ...remote,
    has: stepped("has", remote.has),
    send: stepped("send", remote.send),
    receive: stepped("receive", remote.receive),
    read: stepped("read", remote.read),
    remove: stepped("remove", remote.remove),
    readFile: stepped("readFile", remote.readFile),
    writeFile: stepped("writeFile", remote.writeFile),
    listFiles: stepped("listFiles", remote.listFiles),
    removeFile: stepped("removeFile", remote.removeFile),
    async *list() {
      await step("list", who);
      yield* remote.list();
    },
  };
}

/** One command runs wholly at the n-th step of another. Returns whether there was such a step. */
export async function inside(
  outer: string,
  nth: number,
  begin: () => Promise<void>,
  inner: () => Promise<void>,
): Promise<boolean> {
  let [seen, reached] = [0, false];
  setGate(async (who) => {
    if (who !== outer) return;
    seen += 1;
    if (seen !== nth) return;
    reached = true;
    await inner();
  });
  try {
    await begin();
  } finally {
    setGate(null);
  }
  return reached;
}

/** Several commands run together; at each step `choose` says who of those that wait goes on. */
export async function together(
  commands: Record<string, () => Promise<void>>,
  choose: (waiting: readonly string[]) => string,
): Promise<void> {
  const running = new Set(Object.keys(commands));
  let waiting: { who: string; go: () => void }[] = [];
  const advance = (): void => {
    const names = [...running].filter((name) => waiting.some(({ who }) => who === name));
    if (names.length === 0 || names.length < running.size) return;
    const chosen = choose(names);
    // All that it does at once: of two answers that it waits for, one alone would not bring it to its next step.
    const released = waiting.filter(({ who }) => who === chosen);
    waiting = waiting.filter(({ who }) => who !== chosen);
    for (const { go } of released) go();
  };
  setGate((who) => {
    const gone = new Promise<void>((go) => waiting.push({ who, go }));
    advance();
    return gone;
  });
  try {
    await Promise.all(
      Object.entries(commands).map(async ([name, command]) => {
        await as(name, command).finally(() => {
          running.delete(name);
          advance();
        });
      }),
    );
  } finally {
    setGate(null);
  }
}
