import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backdated,
  lastRunOf,
  originOf,
  readSplit,
  rollbackTarget,
  type State,
  stateAt,
  withWeight,
} from "../../../src/model/rollout.ts";

/** A chain from what each assignment put on the stage, oldest first: "A", "A90 B10", "-" for nothing. Newest first. */
function chainOf(...texts: string[]): State[] {
  return texts.reduce<State[]>((chain, text) => push(chain, text), []);
}

function push(chain: readonly State[], text: string, returns: State | null = null): State[] {
  const rollout = text === "-" ? [] : text.split(" ").map((part) => shareOf(part));
  const number = (chain[0]?.number ?? 0) + 1;
  const state = {
    number,
    tag: `churn#production#${number}`,
    oid: String(number).padStart(40, "0"),
    baseline: rollout[0]?.version ?? null,
    rollout,
    returns: returns && { assignment: returns.tag, tag: returns.oid },
  };
  return [state, ...chain];
}

function shareOf(part: string) {
  const [, version = "", weight = "100"] = /^([A-Z])(\d*)$/.exec(part) ?? [];
  return { version, tag: version.repeat(40), weight: Number(weight || "100") };
}

const always = (): boolean => true;
const shown = (state: State | null | undefined): string | null =>
  state ? state.rollout.map(({ version, weight }) => `${version}${weight === 100 ? "" : weight}`).join(" ") : null;

/** What stands after each of so many rollbacks. */
function rollBack(chain: State[], times: number, isUsable = always): (string | null)[] {
  const stood: (string | null)[] = [];
  let now = chain;
  for (let time = 0; time < times; time += 1) {
    const target = rollbackTarget(now, isUsable);
    stood.push(shown(target));
    if (target) now = push(now, shown(target) ?? "", target);
  }
  return stood;
}

describe("a rollback", () => {
  it.each([
    [["A"], [null]],
    [
      ["A", "B"],
      ["A", null],
    ],
    [
      ["A", "B", "C"],
      ["B", "A", null],
    ],
    // The same version again is no other state.
    [
      ["A", "B", "B"],
      ["A", null],
    ],
    // A split on the way up is passed over: the version that is bad was in it.
    [
      ["A", "A90 B10", "A50 B50", "B"],
      ["A", null],
    ],
    // A split goes back to what ran alone before it, its own baseline too.
    [
      ["A", "B", "B90 C10"],
      ["B", "A", null],
    ],
    [["A90 B10"], [null]],
    [
      ["A", "-"],
      ["A", null],
    ],
    [["-", "A"], [null]],
  ])("of %j leads to %j", (texts, expected) => {
    expect(rollBack(chainOf(...texts), expected.length)).toEqual(expected);
  });

  it("passes over versions that cannot run again", () => {
    expect(rollBack(chainOf("A", "B", "C"), 2, (share?: { version: string }) => share?.version !== "B")).toEqual([
      "A",
      null,
    ]);
  });

  it("never returns to what was rolled back, also after another promotion", () => {
    const chain = chainOf("A", "B", "C");
    const back = push(chain, "B", rollbackTarget(chain, always));
    expect(rollBack(push(back, "D"), 3)).toEqual(["B", "A", null]);
  });

  const texts = fc.array(fc.constantFrom("A", "B", "C", "D", "A90 B10", "B50 C50", "-"), {
    minLength: 1,
    maxLength: 12,
  });

  it("of any chain goes further back each time, and ends", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom("A", "B", "-"), (list, unusable) => {
        let chain = chainOf(...list);
        let last = Infinity;
        for (;;) {
          const target = rollbackTarget(chain, ({ version }) => version !== unusable);
          if (target === null) break;
          expect(target.number).toBeLessThan(last);
          expect(target.rollout).toHaveLength(1);
          expect(target.baseline).not.toBe(unusable);
          expect(target.rollout[0]?.tag).not.toBe(chain[0]?.rollout.length === 1 ? chain[0].rollout[0]?.tag : "");
          last = target.number;
          chain = push(chain, shown(target) ?? "", target);
        }
        expect(chain.length).toBeLessThanOrEqual(2 * list.length);
      }),
    );
  });

  it("after a promotion leads to what stood there, where that ran alone", () => {
    fc.assert(
      fc.property(texts, (list) => {
        const chain = chainOf(...list);
        const [top] = chain;
        if (!top || top.rollout.length !== 1) return;
        expect(rollbackTarget(push(chain, "Z"), always)).toBe(top);
      }),
    );
  });

  it("of a hostile chain whose states bring each other back ends", () => {
    const [a, b] = chainOf("A", "B") as [State, State];
    const loop = [
      { ...a, returns: { assignment: b.tag, tag: b.oid } },
      { ...b, returns: { assignment: a.tag, tag: a.oid } },
    ];
    expect(originOf(loop, loop[0] as State).number).toBe(1);
    expect(rollbackTarget(loop, always)).toBeNull();
  });
});

describe("the state in which a version ran", () => {
  it.each([
    [["A", "B", "C"], "A", 1],
    [["A", "B", "A", "C"], "A", 3],
    [["A", "A90 B10", "C"], "B", 2],
    [["B", "A90 B10", "C"], "B", 1],
    [["A"], "B", undefined],
  ])("of %j for %s is %j", (texts, version, number) => {
    expect(lastRunOf(chainOf(...texts), version)?.number).toBe(number);
  });
});

describe("a weight", () => {
  const [b, c] = [shareOf("B"), shareOf("C")];
  const before = (text: string) => chainOf(text)[0] ?? null;

  it("leaves the rest to what ran alone, or to the baseline of the split that it changes", () => {
    const found = withWeight(before("A"), b, 10);
    expect(found).toMatchObject({
      baseline: "A",
      rollout: [
        { version: "A", weight: 90 },
        { version: "B", weight: 10 },
      ],
    });
    expect(withWeight(before("A90 B10"), b, 60)).toMatchObject({
      baseline: "A",
      rollout: [
        { version: "A", weight: 40 },
        { version: "B", weight: 60 },
      ],
    });
  });

  it.each([
    [null, "nothing"],
    ["-", "nothing"],
    ["B", "alone"],
    ["B90 A10", "baseline"],
    ["A90 C10", "others"],
    ["A80 B10 C10", "others"],
  ])("beside %s cannot be told: %s", (text, problem) => {
    expect(withWeight(text === null ? null : before(text), b, 10)).toEqual({ problem });
  });

  it("is between whole shares", () => {
    expect(withWeight(before("A"), c, 1)).toMatchObject({ rollout: [{ weight: 99 }, { weight: 1 }] });
  });
});

describe("a split as typed", () => {
  it("is words and percents", () => {
    expect(readSplit("v1.2.0=90, churn@v1.3.0=10")).toEqual([
      { word: "v1.2.0", weight: 90 },
      { word: "churn@v1.3.0", weight: 10 },
    ]);
  });

  it.each([
    ["", "not VERSION=PERCENT"],
    ["v1", "not VERSION=PERCENT"],
    ["v1=0,v2=100", "v1=0 is not"],
    ["v1=10.5,v2=89.5", "not VERSION=PERCENT"],
    ["v1=-5,v2=105", "not VERSION=PERCENT"],
    ["v1=50,v2=49", "99 % together"],
    [Array.from({ length: 21 }, (_, at) => `v${at}=4`).join(","), "at most 20"],
  ])("%j is refused", (text, why) => {
    expect(readSplit(text)).toContain(why);
  });
});

describe("what ran at a time", () => {
  const chain = [
    { tag: "4", date: 400 },
    { tag: "3", date: 150 },
    { tag: "2", date: 200 },
    { tag: "1", date: 100 },
  ];

  it.each([
    [99, undefined],
    [100, "1"],
    // The third is dated before the second, which it follows.
    [199, "1"],
    [200, "3"],
    [399, "3"],
    [1000, "4"],
  ])("%d", (seconds, tag) => {
    expect(stateAt(chain, seconds)?.tag).toBe(tag);
  });

  it("names those that are dated before what they follow", () => {
    expect(backdated(chain)).toEqual([{ tag: "3", date: 150 }]);
  });

  it("counts one without a date as made with the one before", () => {
    expect(
      stateAt(
        [
          { tag: "2", date: null },
          { tag: "1", date: 100 },
        ],
        100,
      )?.tag,
    ).toBe("2");
    expect(
      stateAt(
        [
          { tag: "2", date: null },
          { tag: "1", date: 100 },
        ],
        99,
      ),
    ).toBeNull();
  });
});
