// Routing for programs that serve: a rollout as `mv get --variants` writes it to rollout.json, and the hash that it needs.
import { type Rollout, routerOf } from "../../model/route.ts";
import { loadHashing } from "../../platform/hashing.ts";

/**
 * A function that says which version a key gets, for a program that routes many keys: the hash is loaded once, here.
 * Throws MvError invalid-file where weights or slots of the rollout are not well formed.
 */
export async function createRouter(rollout: Rollout): Promise<(key: string) => string> {
  const { xxh64 } = await loadHashing();
  return routerOf(xxh64, rollout);
}

/** The version that a key gets, as `mv route STAGE --key KEY` says. Throws as createRouter does. */
export async function routeKey(rollout: Rollout, key: string): Promise<string> {
  return (await createRouter(rollout))(key);
}
