// Many small files written and hashed by a second thread, while this one gets their bytes from elsewhere.
import { loadJob } from "./run-job.ts";
import { canThread, startThread, type Thread } from "./thread.ts";
import type { FilesToWrite } from "./write-files.ts";

export interface Writing {
  /**
   * Takes the bytes of a file, which is written with others, over what is there. Resolves when they are taken, and throws what `end`
   * does where others have failed. `done` is told the SHA-256 of what was written, or null where it was not.
   */
  take(path: string, pieces: readonly Uint8Array[], done: (sha256: string | null) => void): Promise<void>;
  /** Waits for all that was taken. Throws the first failure: MvError no-space, no-write, or what the system said. */
  end(): Promise<void>;
}

/** What goes to the thread at once: an order and its answer take as long as to write half a file. */
const ORDER_FILES = 32;
const ORDER_BYTES = 1024 * 1024;
/** Orders that are not answered yet: more would gather in memory. */
const ORDERS = 3;

interface Item {
  readonly path: string;
  readonly pieces: readonly Uint8Array[];
  readonly done: (sha256: string | null) => void;
}

let spare: Thread | null = null;

/** Without threads the files are written here. */
export function createWriting(): Writing {
  let items: Item[] = [];
  let bytes = 0;
  let thread: Thread | null = null;
  const orders = new Set<Promise<void>>();
  const failures: unknown[] = [];

  async function run(input: FilesToWrite): Promise<string[]> {
    if (!canThread()) return (await loadJob("write"))(input) as string[];
    thread ??= spare?.isAlive() ? spare : startThread(() => undefined);
    spare = null;
    thread.hold();
    return thread.run("write", input);
  }

  async function order(ordered: readonly Item[]): Promise<void> {
    try {
      const written = await run(inputOf(ordered));
      for (const [at, { done }] of ordered.entries()) done(written[at] ?? null);
    } catch (error) {
      failures.push(error);
      for (const { done } of ordered) done(null);
    }
  }

  function flush(): void {
    if (items.length === 0) return;
    const ordering: Promise<void> = order(items).finally(() => orders.delete(ordering));
    orders.add(ordering);
    [items, bytes] = [[], 0];
  }

  return {
    async take(path, pieces, done) {
      if (failures.length > 0) throw failures[0];
      items.push({ path, pieces, done });
      bytes += sizeOf(pieces);
      if (items.length < ORDER_FILES && bytes < ORDER_BYTES) return;
      flush();
      while (orders.size > ORDERS) await Promise.race(orders);
    },
    async end() {
      flush();
      await Promise.all(orders);
      thread?.release();
      spare = thread ?? spare;
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** The bytes of all files behind each other: one piece of memory is handed over for less than many. */
function inputOf(items: readonly Item[]): FilesToWrite {
  const files = items.map(({ path, pieces }) => ({ path, size: sizeOf(pieces) }));
  const bytes = new Uint8Array(files.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const piece of items.flatMap(({ pieces }) => pieces)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { files, bytes };
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
