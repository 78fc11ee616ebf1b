// Walking commits without git, in the order of `git rev-list --topo-order`.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import type { Commit, CommitsQuery } from "../git.ts";
import type { Place } from "../spawn.ts";
import { type Objects, type Trees, entryAt, headers } from "./objects.ts";

interface Node {
  parents: string[];
  /** Committer's time, seconds since 1970. */
  date: number;
  tree: string;
}

export interface History {
  node(oid: string): Promise<Node>;
  /** The commits themselves and all their ancestors. */
  ancestors(oids: readonly string[], firstParent?: boolean): Promise<Set<string>>;
  commits(query: CommitsQuery, include: readonly string[], exclude: readonly string[]): Promise<Commit[]>;
}

export function createHistory(place: Place, objects: Objects): History {
  const nodes = new Map<string, Promise<Node>>();
  const boundary = readFile(join(place.commonDir, "shallow"), "utf8").then(
    (text) => new Set(text.split("\n")),
    () => new Set<string>(),
  );

  function node(oid: string): Promise<Node> {
    const known = nodes.get(oid) ?? read(oid);
    nodes.set(oid, known);
    return known;
  }

  async function read(oid: string): Promise<Node> {
    const object = await objects.read(oid);
    if (object?.type !== "commit") throw new MvError("no-repository", `commit ${oid} is not here`);
    const [committer = ""] = headers(object.bytes, "committer");
    return {
      parents: (await boundary).has(oid) ? [] : headers(object.bytes, "parent"),
      date: Number(/ (\d+) [+-]\d+$/.exec(committer)?.[1] ?? 0),
      tree: headers(object.bytes, "tree")[0] ?? "",
    };
  }

  async function ancestors(oids: readonly string[], firstParent = false): Promise<Set<string>> {
    const seen = new Set(oids);
    // A set gives what is added to it while it is walked.
    for (const oid of seen) for (const parent of walked((await node(oid)).parents, firstParent)) seen.add(parent);
    return seen;
  }

  async function commits(
    query: CommitsQuery,
    include: readonly string[],
    exclude: readonly string[],
  ): Promise<Commit[]> {
    const first = query.firstParent ?? false;
    const hidden = await ancestors(exclude);
    const shown = new Set([...(await ancestors(include, first))].filter((oid) => !hidden.has(oid)));
    const order = await topologically(shown, first);
    const found: Commit[] = [];
    for (const oid of order) {
      if (found.length === (query.max ?? Infinity)) break;
      if (!query.paths?.length || (await touches(oid, query.paths)))
        found.push({ oid, parents: (await node(oid)).parents });
    }
    return found;
  }

  /** A commit comes when all its children have; of several that could come, the one that became free last. */
  async function topologically(shown: Set<string>, first: boolean): Promise<string[]> {
    const children = new Map<string, number>([...shown].map((oid) => [oid, 0]));
    const dates = new Map<string, number>();
    for (const oid of shown) {
      const { parents, date } = await node(oid);
      dates.set(oid, date);
      for (const parent of walked(parents, first))
        if (shown.has(parent)) children.set(parent, (children.get(parent) ?? 0) + 1);
    }
    const stack = [...shown].filter((oid) => children.get(oid) === 0);
    stack.sort((a, b) => (dates.get(a) ?? 0) - (dates.get(b) ?? 0));
    const order: string[] = [];
    for (let oid = stack.pop(); oid !== undefined; oid = stack.pop()) {
      order.push(oid);
      for (const parent of walked((await node(oid)).parents, first)) {
        const left = (children.get(parent) ?? 0) - 1;
        children.set(parent, left);
        if (left === 0 && shown.has(parent)) stack.push(parent);
      }
    }
    return order;
  }

  async function touches(oid: string, paths: readonly string[]): Promise<boolean> {
    const { parents, tree } = await node(oid);
    const trees: Trees = new Map();
    const entry = async (at: string, path: string) => {
      const found = await entryAt(objects, at, path, trees);
      return found && `${found.mode} ${found.oid}`;
    };
    for (const path of paths) {
      const own = await entry(tree, path);
      if (parents.length === 0 && own !== null) return true;
      for (const parent of parents) if ((await entry((await node(parent)).tree, path)) !== own) return true;
    }
    return false;
  }

  return { node, ancestors, commits };
}

function walked(parents: readonly string[], first: boolean): readonly string[] {
  return first ? parents.slice(0, 1) : parents;
}
