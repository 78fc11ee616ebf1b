import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBatchReader } from "../../../src/git/batch.ts";
import { parseNumstat } from "../../../src/git/numstat.ts";
import { canonicalKey, parseConfigList, remoteNames } from "../../../src/git/settings.ts";
import { words } from "../../../src/git/spawn.ts";
import { parseStatus } from "../../../src/git/status.ts";

const HASH = "a".repeat(40);

describe("status --porcelain=v2 -z", () => {
  const one = (xy: string, path: string, sub = "N...") => `1 ${xy} ${sub} 100644 100644 100644 ${HASH} ${HASH} ${path}`;
  const parse = (...entries: string[]) => parseStatus(entries.map((entry) => `${entry}\0`).join(""));
  const empty = { staged: [], unstaged: [], untracked: [], unmerged: [] };

  test("nothing, headers and ignored files", () => {
    expect(parse()).toEqual(empty);
    expect(parse(`# branch.oid ${HASH}`, "# branch.head main", "! ignored")).toEqual(empty);
  });

  test("changes by the side they are on", () => {
    expect(parse(one("M.", "a"), one(".M", "b"), one("MM", "c d"), one("A.", "ü\nx"), one(".D", "e"))).toEqual({
      ...empty,
      staged: ["a", "c d", "ü\nx"],
      unstaged: ["b", "c d", "e"],
    });
  });

  test("an intent to add is not staged", () => {
    expect(parse(one(".A", "new"))).toEqual({ ...empty, unstaged: ["new"] });
  });

  test("both names of a rename, only the new one of a copy", () => {
    const two = (xy: string, score: string, path: string) =>
      `2 ${xy} N... 100644 100644 100644 ${HASH} ${HASH} ${score} ${path}`;
    expect(parse(two("R.", "R100", "new name"), "old name", one(".M", "b"))).toEqual({
      ...empty,
      staged: ["new name", "old name"],
      unstaged: ["b"],
    });
    expect(parse(two("CM", "C90", "copy"), "source")).toEqual({ ...empty, staged: ["copy"], unstaged: ["copy"] });
    expect(parse(two(".R", "R100", "n"), "o")).toEqual({ ...empty, unstaged: ["n", "o"] });
  });

  test("conflicts and untracked files", () => {
    const u = `u UU N... 100644 100644 100644 100644 ${HASH} ${HASH} ${HASH} in conflict`;
    expect(parse(u, "? a b", "? dir/")).toEqual({ ...empty, unmerged: ["in conflict"], untracked: ["a b", "dir/"] });
  });

  test("a submodule counts by its commit and its tracked files", () => {
    expect(
      parse(one(".M", "a", "SC.."), one(".M", "b", "S.M."), one(".M", "c", "S..U"), one("M.", "d", "SC..")),
    ).toEqual({ ...empty, staged: ["d"], unstaged: ["a", "b"] });
  });

  test("any text is read without an exception", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseStatus(text)));
  });
});

test("numstat -z: text, binary, rename, odd names", () => {
  const text = "3\t1\ttrain.py\0-\t-\tbin\0\x30\t0\t\0old\0new name\0\x31\t0\ttab\tand\nline\0";
  expect(parseNumstat(text)).toEqual([
    { path: "train.py", added: 3, removed: 1 },
    { path: "bin", added: null, removed: null },
    { path: "new name", added: 0, removed: 0, from: "old" },
    { path: "tab\tand\nline", added: 1, removed: 0 },
  ]);
  expect(parseNumstat("")).toEqual([]);
});

test("config --list -z: several values, none, with lines", () => {
  const values = parseConfigList(
    "a.b\n1\0a.b\n2\0flag.set\0x.Sub.y\nl1\nl2\0remote.o.n.url\nu\0remote.pushdefault\np\0",
  );
  expect(values.get("a.b")).toEqual(["1", "2"]);
  expect(values.get("flag.set")).toEqual(["true"]);
  expect(values.get("x.Sub.y")).toEqual(["l1\nl2"]);
  expect(remoteNames(values)).toEqual(["o.n"]);
  expect(canonicalKey("Branch.Feature/X.Merge")).toBe("branch.Feature/X.merge");
  expect(canonicalKey("Core.HooksPath")).toBe("core.hookspath");
});

test("Git's words lose their prefix and any password", () => {
  expect(words("fatal: unable to access 'https://ada:p%40ss@host/x.git/': no\n")).toBe(
    "unable to access 'https://***@host/x.git/': no",
  );
  const afterwords =
    "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
  expect(words(`ssh: connect to host h port 22: Connection refused\r\n${afterwords}`)).toBe(
    "ssh: connect to host h port 22: Connection refused",
  );
  expect(words(afterwords)).toContain("Could not read from remote repository");
  expect(words("ssh://git@host/a mail@x")).toBe("ssh://***@host/a mail@x");
  expect(words("")).not.toBe("");
});

describe("cat-file --batch", () => {
  /** What Git writes for these; null is missing. */
  const output = (items: readonly { name: string; body: Uint8Array | null }[]): Buffer =>
    Buffer.concat(
      items.flatMap(({ name, body }) =>
        body === null
          ? [Buffer.from(`${name} missing\n`)]
          : [Buffer.from(`${HASH} blob ${body.length}\n`), body, Buffer.from("\n")],
      ),
    );

  test("is read alike however it is cut into chunks, with any name and any bytes", () => {
    const name = fc.oneof(
      fc.constant(HASH),
      fc.string().map((path) => `${HASH}:${path}`),
    );
    const item = fc.record({ name, body: fc.option(fc.uint8Array({ maxLength: 40 })) });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), fc.array(fc.nat(30)), (items, cuts) => {
        const bytes = output(items);
        const reader = createBatchReader(
          items.map(({ name }) => name),
          1000,
        );
        let at = 0;
        for (const cut of cuts) {
          reader.take(bytes.subarray(at, at + cut));
          at += cut;
        }
        reader.take(bytes.subarray(at));
        expect(reader.answers.map((answer) => answer && [...(answer.object?.bytes ?? [])])).toEqual(
          items.map(({ body }) => body && [...body]),
        );
      }),
    );
  });

  test("passes over a body above the limit and goes on", () => {
    const reader = createBatchReader(["a", "b", "c"], 3);
    reader.take(
      output([
        { name: "a", body: Buffer.from("1234") },
        { name: "b", body: Buffer.from("123") },
      ]),
    );
    reader.take(Buffer.from(`${HASH} submodule\n`));
    expect(reader.answers.map((answer) => answer && [answer.size, answer.object?.bytes.toString() ?? null])).toEqual([
      [4, null],
      [3, "123"],
      null,
    ]);
  });
});
