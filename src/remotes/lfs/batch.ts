// The batch API: what a server has of up to 100 objects, and where the others go to or come from.
import { isMvError, MvError } from "../../errors.ts";
import type { Peer } from "../network.ts";
import type { ObjectRef } from "../remote.ts";
import { readAll } from "../web/client.ts";
import { isOver, type ObjectAnswer, readBatch } from "./answer.ts";
import { objectsRefusal } from "./refusal.ts";
import type { Server } from "./server.ts";

export type Operation = "upload" | "download";

/** What the servers of forges take, and stock clients send. */
const MOST = 100;
const NOTHING = { upload: null, verify: null, download: null, authenticated: false };
const MAX_BYTES = 16 * 1024 * 1024;
/** Answers that are kept: some have a token of a kilobyte each. */
const MOST_KEPT = 10_000;

export interface Batches {
  /** Objects in portions that the server takes. */
  portions<T extends ObjectRef>(objects: readonly T[]): T[][];
  /** Answers to an upload that were given just now, for those objects; each is given out once. The others have to be asked for. */
  recall(objects: readonly ObjectRef[]): Map<string, ObjectAnswer>;
  /** Keeps answers to an upload for `recall`. */
  remember(answers: ReadonlyMap<string, ObjectAnswer>): void;
  /** One question. `ask`: a person may be asked for a password. Throws MvError denied, unreachable, too-big. */
  ask(
    operation: Operation,
    objects: readonly ObjectRef[],
    signal?: AbortSignal,
    ask?: boolean,
  ): Promise<Map<string, ObjectAnswer>>;
}

export function createBatches(peer: Peer, server: Server): Batches {
  let most = MOST;
  const kept = new Map<string, ObjectAnswer>();

  async function once(
    operation: Operation,
    objects: readonly ObjectRef[],
    signal: AbortSignal | undefined,
    mayAsk: boolean,
  ): Promise<Map<string, ObjectAnswer>> {
    const question = {
      operation,
      transfers: ["basic"],
      hash_algo: "sha256",
      objects: objects.map(({ sha256, size }) => ({ oid: sha256, size })),
    };
    const { reply, base } = await server.post(operation, "objects/batch", question, { signal, ask: mayAsk });
    if (reply.status !== 200) {
      const error = await objectsRefusal(peer, reply);
      return new Map(objects.map(({ sha256, size }) => [sha256, { ...NOTHING, sha256, size, error }]));
    }
    const bytes = await readAll(reply.body, MAX_BYTES).catch((error: unknown) => {
      throw server.web.failure(error);
    });
    try {
      return readBatch(JSON.parse(bytes?.toString("utf8") ?? ""), objects, base);
    } catch (error) {
      const why = isMvError(error) ? error.message : "it is not JSON";
      throw new MvError("unreachable", `${peer.name}: the answer of ${peer.url} is refused: ${why}`, {
        hint: "is it the address of an LFS server? mv remote list",
        details: { remote: peer.name },
        cause: error,
      });
    }
  }

  return {
    portions(objects) {
      const count = Math.ceil(objects.length / most);
      return Array.from({ length: count }, (_, at) => objects.slice(at * most, (at + 1) * most));
    },
    recall(objects) {
      const found = new Map<string, ObjectAnswer>();
      for (const { sha256 } of objects) {
        const answer = kept.get(sha256);
        if (answer === undefined || !kept.delete(sha256)) continue;
        if (answer.upload !== null && !isOver(answer.upload.expires)) found.set(sha256, answer);
      }
      return found;
    },
    remember(answers) {
      for (const [sha256, answer] of answers) {
        if (answer.upload !== null && kept.size < MOST_KEPT) kept.set(sha256, answer);
      }
    },
    async ask(operation, objects, signal, mayAsk = true) {
      const found = new Map<string, ObjectAnswer>();
      const left = [...objects];
      while (left.length > 0) {
        const portion = left.slice(0, most);
        try {
          for (const [sha256, answer] of await once(operation, portion, signal, mayAsk)) found.set(sha256, answer);
        } catch (error) {
          const isTooMuch = isMvError(error) && error.code === "too-big" && portion.length > 1;
          if (!isTooMuch) throw error;
          most = Math.max(1, Math.floor(portion.length / 2));
          continue;
        }
        left.splice(0, portion.length);
      }
      return found;
    },
  };
}
