import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, type ModelState, type Question, type Verdict } from "../../../src/model/overwrite.ts";
import { compare, isDraft, next, sameVersion } from "../../../src/model/version.ts";

/** A state of one artifact, whose bytes are a letter; or of several, `{"a.onnx": "A"}`. */
function at(version: string, bytes: string | Record<string, string>): ModelState {
  const files = typeof bytes === "string" ? { "models/model.onnx": bytes } : bytes;
  return { version, artifacts: Object.entries(files).map(([path, letter]) => ({ path, sha256: sha(letter) })) };
}

function sha(letter: string): string {
  return Buffer.from(letter).toString("hex").padEnd(64, "0");
}

interface Case extends Omit<Question, "releases" | "parents"> {
  parents?: (ModelState | null)[];
  /** 1.0.0 with bytes A is released unless said otherwise. */
  releases?: ModelState[];
}

function verdictOn(question: Case): Verdict {
  return judge({ parents: [], releases: [at("1.0.0", "A")], ...question });
}

const released = [at("1.0.0", "A")];
const tokenizer = { model: "M0", tokenizer: "T0" };

// Each row of the table in facts/git-mechanics.md section 2, as refined by rule 1 of the design.
describe("the table of real histories", () => {
  const table: [row: string, question: Case, expected: Partial<Verdict>][] = [
    ["no artifacts", { state: at("1.0.0", {}), parents: [at("1.0.0", "A")] }, { result: "ok" }],
    ["the model is not there", { state: null, parents: [at("1.0.0", "A")] }, { result: "ok" }],
    ["initial commit", { state: at("0.1.0-dev.1", "A"), parents: [], releases: [] }, { result: "ok" }],
    ["first commit of the model", { state: at("0.1.0-dev.1", "A"), parents: [null], releases: [] }, { result: "ok" }],
    ["bump and new bytes", { state: at("1.1.0", "B"), parents: [at("1.0.0", "A")] }, { result: "ok" }],
    ["draft and new bytes", { state: at("1.1.0-dev.1", "B"), parents: [at("1.0.0", "A")] }, { result: "ok" }],
    [
      "squash merge: one parent, the branch's last state",
      { state: at("1.1.0-dev.4", "E"), parents: [at("1.0.0", "A")] },
      { result: "ok" },
    ],
    [
      "release cherry-picked to a maintenance branch",
      {
        state: at("1.1.0", "B"),
        parents: [at("1.0.1", "C")],
        releases: [...released, at("1.1.0", "B"), at("1.0.1", "C")],
      },
      { result: "ok" },
    ],
    [
      "tagged commit rebased or amended, bytes kept",
      { state: at("1.1.0", "B"), parents: [at("1.0.0", "A")], releases: [...released, at("1.1.0", "B")] },
      { result: "ok" },
    ],
    [
      "version kept, new bytes",
      { state: at("1.0.0", "B"), parents: [at("1.0.0", "A")] },
      { result: "reused", releasedAs: "1.0.0", paths: ["models/model.onnx"] },
    ],
    [
      "amend after tag with other bytes",
      { state: at("1.1.0", "C"), parents: [at("1.0.0", "A")], releases: [...released, at("1.1.0", "B")] },
      { result: "reused", releasedAs: "1.1.0" },
    ],
    [
      "version kept, artifact added",
      { state: at("1.0.0", { model: "A", extra: "X" }), parents: [at("1.0.0", { model: "A" })] },
      { result: "reused" },
    ],
    [
      "version kept, artifact deleted",
      {
        state: at("1.0.0", { model: "M0" }),
        parents: [at("1.0.0", tokenizer)],
        releases: [at("1.0.0", tokenizer)],
      },
      { result: "reused", paths: ["tokenizer"] },
    ],
    [
      "the same, committed before: a warning only",
      { state: at("1.0.0", "B"), parents: [at("1.0.0", "B")] },
      { result: "reused-warning", releasedAs: "1.0.0", paths: ["models/model.onnx"] },
    ],
    [
      "the same, but only the second parent had it",
      { state: at("1.0.0", "B"), parents: [at("1.0.0", "A"), at("1.0.0", "B")] },
      { result: "reused" },
    ],
    [
      "bump first, 1.1.0 with the bytes of 1.0.0",
      { state: at("1.1.0", "A"), parents: [at("1.0.0", "A")] },
      { result: "ok" },
    ],
    ["... and bytes in the next commit", { state: at("1.1.0", "B"), parents: [at("1.1.0", "A")] }, { result: "ok" }],
    [
      "... where the old bytes never were released",
      { state: at("1.1.0", "B"), parents: [at("1.1.0", "X")] },
      { result: "overwrite", own: "1.1.0", paths: ["models/model.onnx"] },
    ],
    [
      "two trainings under one unreleased 1.1.0",
      { state: at("1.1.0", "C"), parents: [at("1.1.0", "B")] },
      { result: "overwrite", own: "1.1.0" },
    ],
    [
      "1.1.0-rc.1, then 1.1.0-rc.2",
      { state: at("1.1.0-rc.2", "C"), parents: [at("1.1.0-rc.1", "B")] },
      { result: "ok" },
    ],
    [
      "revert of 1.1.0",
      { state: at("1.0.0", "A"), parents: [at("1.1.0", "B")], releases: [...released, at("1.1.0", "B")] },
      { result: "ok" },
    ],
    [
      "... and its revert",
      { state: at("1.1.0", "B"), parents: [at("1.0.0", "A")], releases: [...released, at("1.1.0", "B")] },
      { result: "ok" },
    ],
    [
      "revert to a version never released, without ancestry",
      { state: at("1.1.0-dev.1", "B"), parents: [at("1.1.0-dev.2", "C")] },
      { result: "overwrite", own: "1.1.0-dev.2" },
    ],
    [
      "revert to a version never released, with ancestry",
      {
        state: at("1.1.0-dev.1", "B"),
        parents: [at("1.1.0-dev.2", "C")],
        ancestry: [at("1.1.0-dev.2", "C"), at("1.1.0-dev.1", "B"), at("1.0.0", "A")],
      },
      { result: "ok" },
    ],
    [
      "an ancestor's number with other bytes",
      {
        state: at("1.1.0-dev.1", "D"),
        parents: [at("1.1.0-dev.2", "C")],
        ancestry: [at("1.1.0-dev.2", "C"), at("1.1.0-dev.1", "B")],
      },
      { result: "overwrite", own: "1.1.0-dev.2" },
    ],
    [
      "bytes of a release that was taken back, under a number declared for others before",
      {
        state: at("1.1.0", "C"),
        parents: [at("2.0.0", "C")],
        ancestry: [at("2.0.0", "C"), at("1.1.0", "B"), at("1.0.0", "A")],
      },
      { result: "overwrite", own: "1.1.0", paths: ["models/model.onnx"] },
    ],
    [
      "... under a draft, which a revert may have set free",
      {
        state: at("1.1.0-dev.1", "C"),
        parents: [at("2.0.0", "C")],
        ancestry: [at("2.0.0", "C"), at("1.1.0-dev.1", "B"), at("1.0.0", "A")],
      },
      { result: "ok" },
    ],
    [
      "... under the number that these very bytes had before",
      {
        state: at("1.1.0", "B"),
        parents: [at("2.0.0", "B")],
        ancestry: [at("2.0.0", "B"), at("1.1.0", "B"), at("1.1.0", "A")],
      },
      { result: "ok" },
    ],
    [
      "a number declared first and its bytes after it, then declared for the first bytes again",
      {
        state: at("1.1.0", "A"),
        parents: [at("1.0.0", "A")],
        ancestry: [at("1.0.0", "A"), at("1.1.0", "B")],
      },
      { result: "overwrite", own: "1.1.0" },
    ],
    [
      "two branches at 1.1.0, merge takes ours",
      { state: at("1.1.0", "B"), parents: [at("1.1.0", "B"), at("1.1.0", "C")] },
      { result: "ok", dropped: ["1.1.0"] },
    ],
    [
      "two branches at 1.1.0, merge takes theirs",
      { state: at("1.1.0", "C"), parents: [at("1.1.0", "B"), at("1.1.0", "C")] },
      { result: "ok", dropped: ["1.1.0"] },
    ],
    [
      "... theirs, while ours is released",
      {
        state: at("1.1.0", "C"),
        parents: [at("1.1.0", "B"), at("1.1.0", "C")],
        releases: [...released, at("1.1.0", "B")],
      },
      { result: "reused" },
    ],
    [
      "... a third content under 1.1.0",
      { state: at("1.1.0", "D"), parents: [at("1.1.0", "B"), at("1.1.0", "C")] },
      { result: "overwrite", own: "1.1.0" },
    ],
    [
      "... a third content under 1.2.0",
      { state: at("1.2.0", "D"), parents: [at("1.1.0", "B"), at("1.1.0", "C")] },
      { result: "ok", dropped: ["1.1.0"] },
    ],
    [
      "clean merge mixing one side's model and the other's tokenizer",
      {
        state: at("1.1.0", { model: "M1", tokenizer: "T1" }),
        parents: [at("1.1.0", { model: "M1", tokenizer: "T0" }), at("1.1.0", { model: "M0", tokenizer: "T1" })],
        releases: [at("1.0.0", tokenizer)],
      },
      { result: "overwrite", own: "1.1.0", paths: ["model", "tokenizer"] },
    ],
    [
      "free exp/* branch merged, its bytes under released 1.0.0",
      { state: at("1.0.0", "X"), parents: [at("1.0.0", "A"), at("1.0.0", "X")] },
      { result: "reused" },
    ],
    [
      "1.0.1 merged into 2.0.0, resolved as 2.0.0 with 1.0.1's bytes",
      {
        state: at("2.0.0", "C"),
        parents: [at("2.0.0", "B"), at("1.0.1", "C")],
        releases: [...released, at("2.0.0", "B"), at("1.0.1", "C")],
      },
      { result: "reused", releasedAs: "2.0.0" },
    ],
    [
      "1.0.1 merged into 2.0.0, resolved as 2.0.0",
      {
        state: at("2.0.0", "B"),
        parents: [at("2.0.0", "B"), at("1.0.1", "C")],
        releases: [...released, at("2.0.0", "B"), at("1.0.1", "C")],
      },
      { result: "ok", dropped: [] },
    ],
    [
      "artifact renamed",
      { state: at("1.0.0", { "b.onnx": "A" }), parents: [at("1.0.0", { "a.onnx": "A" })] },
      { result: "ok" },
    ],
    [
      "only a role or a dataset changed: the artifacts are the same",
      { state: at("1.0.0", "A"), parents: [at("1.0.0", "A")] },
      { result: "ok" },
    ],
    [
      "two artifacts swapped",
      {
        state: at("1.0.0", { model: "T0", tokenizer: "M0" }),
        parents: [at("1.0.0", tokenizer)],
        releases: [at("1.0.0", tokenizer)],
      },
      { result: "reused", paths: ["model", "tokenizer"] },
    ],
    [
      "old bytes restored under the new label",
      { state: at("1.1.0", "A"), parents: [at("1.1.0", "B")], releases: [...released, at("1.1.0", "B")] },
      { result: "reused", releasedAs: "1.1.0" },
    ],
    [
      "1.0.0 -> 1.0.0+gpu with new bytes",
      { state: at("1.0.0+gpu", "B"), parents: [at("1.0.0", "A")] },
      { result: "reused", releasedAs: "1.0.0" },
    ],
    [
      "1.0.0 -> 1.0.0+gpu with the same bytes",
      { state: at("1.0.0+gpu", "A"), parents: [at("1.0.0", "A")] },
      { result: "ok" },
    ],
    [
      "shared artifact changed, this model bumped",
      {
        state: at("1.1.0", { model: "M0", tokenizer: "T1" }),
        parents: [at("1.0.0", tokenizer)],
        releases: [at("1.0.0", tokenizer)],
      },
      { result: "ok" },
    ],
    [
      "shared artifact changed, this model not bumped",
      {
        state: at("1.0.0", { model: "M0", tokenizer: "T1" }),
        parents: [at("1.0.0", tokenizer)],
        releases: [at("1.0.0", tokenizer)],
      },
      { result: "reused", paths: ["tokenizer"] },
    ],
    [
      "amend of an untagged 1.1.0 with other bytes, against HEAD",
      { state: at("1.1.0", "C"), parents: [at("1.1.0", "B")] },
      { result: "overwrite" },
    ],
    [
      "amend of an untagged 1.1.0 with other bytes, against HEAD's parents",
      { state: at("1.1.0", "C"), parents: [at("1.0.0", "A")] },
      { result: "ok" },
    ],
  ];

  test.each(table)("%s", (_row, question, expected) => {
    expect(verdictOn(question)).toMatchObject(expected);
  });
});

describe("beside the table", () => {
  const table: [row: string, question: Case, expected: Partial<Verdict>][] = [
    [
      "a lower label for the same unreleased bytes",
      { state: at("1.0.5", "B"), parents: [at("1.1.0", "B")] },
      { result: "ok" },
    ],
    ["the first artifacts under a number", { state: at("1.1.0", "B"), parents: [at("1.1.0", {})] }, { result: "ok" }],
    [
      "an ancestor's bytes under the number of other bytes",
      {
        state: at("1.1.0-dev.2", "B"),
        parents: [at("1.1.0-dev.2", "C")],
        ancestry: [at("1.1.0-dev.2", "C"), at("1.1.0-dev.1", "B")],
      },
      { result: "overwrite" },
    ],
    [
      "two builds of one number that were both released",
      {
        state: at("1.0.0+gpu", "B"),
        parents: [at("1.0.0", "A")],
        releases: [...released, at("1.0.0+gpu", "B")],
      },
      { result: "ok" },
    ],
    [
      "a rename together with new bytes: only the new bytes are named",
      {
        state: at("1.0.0", { moved: "M0", tokenizer: "T1" }),
        parents: [at("1.0.0", tokenizer)],
        releases: [at("1.0.0", tokenizer)],
      },
      { result: "reused", paths: ["tokenizer"] },
    ],
  ];

  test.each(table)("%s", (_row, question, expected) => {
    expect(verdictOn(question)).toMatchObject(expected);
  });
});

describe("a declared draft binds drafts only", () => {
  const parents = [at("1.2.0-dev.3", "B")];
  test.each([
    ["1.1.1", "ok"],
    ["1.2.0", "ok"],
    ["2.0.0", "ok"],
    ["1.2.0-rc.1", "ok"],
    ["1.2.0-dev.4", "ok"],
    ["1.3.0-dev.1", "ok"],
    ["1.2.0-dev.3", "overwrite"],
    ["1.2.0-dev.2", "overwrite"],
    ["1.1.0-dev.9", "overwrite"],
  ])("after 1.2.0-dev.3, new bytes as %s: %s", (version, result) => {
    expect(verdictOn({ state: at(version, "C"), parents }).result).toBe(result);
  });

  test("a released dev number is a release and binds all", () => {
    const releases = [...released, at("1.2.0-dev.3", "B")];
    expect(verdictOn({ state: at("1.1.1", "C"), parents, releases })).toMatchObject({
      result: "overwrite",
      own: "1.2.0-dev.3",
    });
  });

  test("a declared release candidate is no draft", () => {
    expect(verdictOn({ state: at("1.1.1", "C"), parents: [at("1.2.0-rc.1", "B")] }).result).toBe("overwrite");
  });
});

describe("bytes that several releases hold", () => {
  const releases = [...released, at("1.1.0", "B"), at("1.1.1", "A")];

  test("on the newest of them, a version is above the newest", () => {
    const parents = [at("1.1.1", "A")];
    expect(verdictOn({ state: at("1.0.1", "C"), parents, releases })).toMatchObject({
      result: "overwrite",
      own: "1.1.1",
    });
    expect(verdictOn({ state: at("1.2.0", "C"), parents, releases }).result).toBe("ok");
  });

  test("a maintenance branch from the oldest stays open", () => {
    expect(verdictOn({ state: at("1.0.1", "C"), parents: [at("1.0.0", "A")], releases }).result).toBe("ok");
  });

  test("drafts go on on a branch that left before its bytes were released", () => {
    const question = { state: at("0.1.0-dev.3", "E"), parents: [at("0.1.0-dev.2", "A")] };
    expect(verdictOn({ ...question, releases: [] }).result).toBe("ok");
    expect(verdictOn({ ...question, releases: released }).result).toBe("ok");
  });
});

describe("dropped", () => {
  const parents = [at("1.1.0-dev.2", "C"), at("1.1.0-dev.1", "B")];

  test("a merge names what no release holds, lowest first, once", () => {
    expect(verdictOn({ state: at("1.1.0", "D"), parents }).dropped).toEqual(["1.1.0-dev.1", "1.1.0-dev.2"]);
    expect(verdictOn({ state: null, parents }).dropped).toEqual(["1.1.0-dev.1", "1.1.0-dev.2"]);
    const same = [at("1.1.0", "B"), at("1.1.0", "C")];
    expect(verdictOn({ state: at("1.2.0", "D"), parents: same }).dropped).toEqual(["1.1.0"]);
  });

  test("what the branches started from is not lost", () => {
    expect(verdictOn({ state: at("1.1.0-dev.2", "C"), parents }).dropped).toEqual(["1.1.0-dev.1"]);
    expect(verdictOn({ state: at("1.1.0-dev.2", "C"), parents, base: at("1.1.0-dev.1", "B") }).dropped).toEqual([]);
  });

  test("a plain commit and a refused merge drop nothing", () => {
    expect(verdictOn({ state: at("1.1.0", "D"), parents: [at("1.1.0-dev.1", "B")] }).dropped).toEqual([]);
    expect(verdictOn({ state: at("1.1.0-dev.2", "D"), parents })).toMatchObject({ result: "overwrite", dropped: [] });
  });

  test("a parent without the model loses nothing", () => {
    expect(verdictOn({ state: at("1.1.0-dev.2", "C"), parents: [at("1.1.0-dev.2", "C"), null] }).dropped).toEqual([]);
  });
});

test("the floor of an overwrite is the highest of all parents", () => {
  const parents = [at("1.1.0", "B"), at("1.4.0", "C"), at("1.2.0", "D")];
  expect(verdictOn({ state: at("1.1.0", "E"), parents })).toMatchObject({ result: "overwrite", own: "1.4.0" });
  expect(verdictOn({ state: at("1.3.0", "E"), parents })).toMatchObject({ result: "overwrite", own: "1.4.0" });
  expect(verdictOn({ state: at("1.4.1", "E"), parents }).result).toBe("ok");
});

test("what is no version is never above one", () => {
  expect(verdictOn({ state: at("soon", "B"), parents: [at("1.0.0", "A")] }).result).toBe("overwrite");
});

const NUMBERS = "0.1.0-dev.1 0.1.0-dev.2 1.0.0 1.0.0+gpu 1.0.1 1.1.0-dev.1 1.1.0-rc.1 1.1.0 2.0.0".split(" ");
const version = fc.constantFrom(...NUMBERS);
const bytes = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("A", "B", "C", "D"), {
  noNullPrototype: true,
});
const state = fc.tuple(version, bytes).map(([number, files]) => at(number, files));
const question: fc.Arbitrary<Question> = fc.record({
  state,
  parents: fc.array(fc.option(state), { maxLength: 3 }),
  releases: fc.uniqueArray(state, { selector: ({ version }) => version, maxLength: 4 }),
  ancestry: fc.array(state, { maxLength: 3 }),
});

function mapStates(asked: Question, change: (state: ModelState) => ModelState): Question {
  return {
    state: asked.state && change(asked.state),
    parents: asked.parents.map((parent) => parent && change(parent)),
    releases: asked.releases.map(change),
    ancestry: (asked.ancestry ?? []).map(change),
  };
}

describe("for any history", () => {
  test("the order of artifacts and of releases changes nothing, and asking twice gives the same", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const turned = mapStates(asked, ({ version, artifacts }) => ({ version, artifacts: artifacts.toReversed() }));
        expect(judge(turned)).toEqual(judge(asked));
        expect(judge(asked)).toEqual(judge(asked));
      }),
    );
  });

  test("other names for the same files change nothing but the paths named", () => {
    const names: Record<string, string> = { a: "z/deep/a", b: "B", c: "a" };
    const renamed = ({ version, artifacts }: ModelState): ModelState => ({
      version,
      artifacts: artifacts.map(({ path, sha256 }) => ({ path: names[path] ?? path, sha256 })),
    });
    fc.assert(
      fc.property(question, (asked) => {
        const { paths, ...verdict } = judge(asked);
        const { paths: pathsThen, ...verdictThen } = judge(mapStates(asked, renamed));
        expect(verdictThen).toEqual(verdict);
        expect(pathsThen).toHaveLength(paths.length);
      }),
    );
  });

  test("a commit that only renames gets the verdict of one that changes nothing", () => {
    fc.assert(
      fc.property(question, fc.nat(2), (asked, which) => {
        const parent = asked.state;
        if (parent === null) return;
        const moved = parent.artifacts.map((item, index) => (index === which ? { ...item, path: "new/place" } : item));
        const still: Question = { ...asked, parents: [parent], releases: [parent], ancestry: [] };
        const rename: Question = { ...still, state: { version: parent.version, artifacts: moved } };
        expect(judge(still)).toEqual({ result: "ok", dropped: [], own: null, paths: [] });
        expect(judge(rename)).toEqual(judge(still));
      }),
    );
  });

  test("a refusal names the artifacts that differ, and an overwrite the version to be above", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const verdict = judge(asked);
        if (verdict.result === "ok") expect(verdict.paths).toEqual([]);
        else expect(verdict.paths).not.toEqual([]);
        if (verdict.result !== "overwrite") return;
        const above = next(verdict.own ?? "", "major");
        if (asked.state === null || asked.releases.some((release) => sameVersion(release.version, above))) return;
        expect(judge({ ...asked, state: { ...asked.state, version: above } }).result).toBe("ok");
      }),
    );
  });
});

describe("a history of commits that were all ok", () => {
  /** What a team does next: a commit on top of one or two earlier ones, or a tag on one. */
  const step = fc.record({
    tag: fc.boolean(),
    parents: fc.array(fc.nat(20), { minLength: 1, maxLength: 2 }),
    version,
    bytes,
  });

  /** Plays the steps, leaving out what the rule refuses; every commit knows its verdict's input. */
  function play(steps: readonly { tag: boolean; parents: number[]; version: string; bytes: Record<string, string> }[]) {
    const commits: { state: ModelState; releases: ModelState[] }[] = [{ state: at("0.1.0-dev.1", "0"), releases: [] }];
    const releases: ModelState[] = [];
    for (const { tag, parents: numbers, version, bytes } of steps) {
      const parents = [...new Set(numbers)].map((number) => commits[number % commits.length]?.state ?? null);
      const [first] = parents;
      if (tag && first) {
        const taken = releases.some((release) => sameVersion(release.version, first.version));
        if (!taken && !isDraft(first.version) && first.artifacts.length > 0) releases.push(first);
        continue;
      }
      const state = at(version, bytes);
      if (judge({ state, parents, releases }).result === "ok") commits.push({ state, releases: [...releases] });
    }
    return { commits, releases };
  }

  test("never gives one released number two contents", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { commits } = play(steps);
        for (const { state, releases } of commits) {
          if (state.artifacts.length === 0) continue;
          for (const release of releases.filter(({ version }) => sameVersion(version, state.version)))
            expect(contentsOf(state)).toEqual(contentsOf(release));
        }
      }),
    );
  });

  test("never gives one draft two contents along a line of retrainings", () => {
    const drafts = ["0.1.0-dev.1", "0.1.0-dev.2", "0.1.0-dev.3", "0.2.0-dev.1"];
    const commit = fc.tuple(fc.constantFrom(...drafts), fc.constantFrom("A", "B", "C"));
    fc.assert(
      fc.property(fc.array(commit, { maxLength: 20 }), (wanted) => {
        const line: ModelState[] = [];
        for (const [version, letter] of wanted) {
          const state = at(version, letter);
          const parent = line.at(-1) ?? null;
          // A commit that only relabels the same bytes is no retraining.
          if (parent !== null && contentsOf(parent)[0] === sha(letter)) continue;
          if (judge({ state, parents: [parent], releases: [] }).result === "ok") line.push(state);
        }
        for (const state of line)
          for (const other of line.filter(({ version }) => version === state.version))
            expect(contentsOf(other)).toEqual(contentsOf(state));
      }),
    );
  });

  /** The bytes whatever they are called: renames are no other content. */
  function contentsOf(state: ModelState): string[] {
    return state.artifacts.map(({ sha256 }) => sha256).sort();
  }
});

test("a verdict over releases in any order finds the highest floor", () => {
  const releases = ["1.2.0", "1.10.0", "1.9.0"].map((number) => at(number, "B"));
  const asked = { state: at("1.9.5", "C"), parents: [at("1.10.0", "B")] };
  for (const order of [releases, releases.toReversed(), releases.toSorted((a, b) => compare(a.version, b.version))])
    expect(verdictOn({ ...asked, releases: order })).toMatchObject({ result: "overwrite", own: "1.10.0" });
});
