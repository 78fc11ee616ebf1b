// What a history says of a model's numbers and bytes, read with plain Git commands and regular expressions: a proof that
// owes nothing to the code under test.
import { spawnSync } from "node:child_process";

/** What one commit declares. */
export interface Declared {
  oid: string;
  version: string;
  /** `<sha256>  <path>` lines of the model's artifacts, by the pointers of the same commit. */
  content: string;
}

/** What the commits of `rev-list` declare, oldest first. `revs` are arguments of `git rev-list`: "--first-parent", "main". */
export function declaredAlong(dir: string, record: string, ...revs: readonly string[]): Declared[] {
  const commits = git(dir, ["rev-list", "--reverse", "--topo-order", ...revs])
    .toString()
    .split("\n")
    .filter(Boolean);
  const records = blobs(
    dir,
    commits.map((oid) => `${oid}:${record}`),
  );
  const listed = records.map((text) => [...(text ?? "").matchAll(/^ +- \{path: "?([^",]+)"?, .*sha256: "(\w{64})"/gm)]);
  const specs = commits.flatMap((oid, at) =>
    artifactsOf(records[at] ?? null, listed[at] ?? []).map(([, path]) => `${oid}:${path}.mv.yaml`),
  );
  const pointers = new Map(blobs(dir, specs).map((text, at) => [specs[at], text]));
  return commits.flatMap((oid, at) => {
    const text = records[at] ?? null;
    if (text === null) return [];
    const version = /^version: "?([^\s"]+)/m.exec(text)?.[1] ?? "";
    const lines = artifactsOf(text, listed[at] ?? []).map(([, path, recorded]) => {
      const pointed = /^sha256: "(\w{64})"/m.exec(pointers.get(`${oid}:${path}.mv.yaml`) ?? "")?.[1];
      if (pointed !== recorded)
        throw new Error(`${oid}: ${record} says ${recorded} of ${path}, its pointer ${pointed}`);
      return `${recorded}  ${path}`;
    });
    return [{ oid, version, content: lines.toSorted().join("\n") }];
  });
}

// Datasets are listed in the same way; they are no part of the content.
function artifactsOf(record: string | null, listed: readonly RegExpMatchArray[]): readonly RegExpMatchArray[] {
  const list = /^artifacts:\n(?: .*\n?)*/m.exec(record ?? "");
  if (list === null) return [];
  const end = list.index + list[0].length;
  return listed.filter(({ index = -1 }) => index > list.index && index < end);
}

/** Numbers that name more than one content, in words; empty where each names one. */
export function numbersReused(declared: readonly Declared[]): string[] {
  const first = new Map<string, Declared>();
  return declared.flatMap((now) => {
    const before = first.get(now.version);
    if (before === undefined) first.set(now.version, now);
    if (before === undefined || before.content === now.content) return [];
    return [
      `${now.version} is ${before.content} in ${before.oid.slice(0, 7)} and ${now.content} in ${now.oid.slice(0, 7)}`,
    ];
  });
}

/** The contents of a model's release tags, by version. */
export function released(dir: string, model: string): Map<string, string> {
  const names = git(dir, ["for-each-ref", "--format=%(objecttype) %(refname)", "refs/tags"]).toString().split("\n");
  const contents = new Map<string, string>();
  for (const line of names) {
    const [type, name] = line.split(" ");
    if (type !== "tag" || name === undefined) continue;
    const text = git(dir, ["cat-file", "tag", name]).toString();
    const payload = text.slice(text.lastIndexOf("\n---\n"));
    if (!new RegExp(`^model: ${model}$`, "m").test(payload) || /^event:/m.test(payload)) continue;
    const version = /^version: "?([^\s"]+)/m.exec(payload)?.[1] ?? "";
    const list = /^artifacts:\n((?: .*\n?)*)/m.exec(payload)?.[1] ?? "";
    const lines = [...list.matchAll(/path: "?([^",]+)"?, .*sha256: "(\w{64})"/g)].map(
      (match) => `${match[2]}  ${match[1]}`,
    );
    contents.set(version, lines.toSorted().join("\n"));
  }
  return contents;
}

function git(dir: string, args: readonly string[], input = ""): Buffer {
  const done = spawnSync("git", args, { cwd: dir, input, maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`git ${args.join(" ")}: ${done.stderr.toString()}`);
  return done.stdout;
}

function blobs(dir: string, specs: readonly string[]): (string | null)[] {
  if (specs.length === 0) return [];
  const output = git(dir, ["cat-file", "--batch"], `${specs.join("\n")}\n`);
  let at = 0;
  return specs.map(() => {
    const end = output.indexOf("\n", at);
    const header = output.subarray(at, end).toString();
    at = end + 1;
    if (header.endsWith(" missing")) return null;
    const size = Number(header.split(" ").at(-1));
    const text = output.subarray(at, at + size).toString();
    at += size + 1;
    return text;
  });
}
