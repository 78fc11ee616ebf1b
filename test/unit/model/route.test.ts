// Keys and slots: which version a key gets, and that no key moves without need.
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { continueRollout } from "../../../src/model/continue-rollout.ts";
import { type Rollout, routerOf, slotOf, type Xxh64 } from "../../../src/model/route.ts";
import { moveSlots, ownersOf, slotsOf, type Variant } from "../../../src/model/slots.ts";
import { loadHashing } from "../../../src/platform/hashing.ts";

let xxh64: Xxh64;
beforeAll(async () => {
  ({ xxh64 } = await loadHashing());
});

/** "1.1.0=90 1.2.0=10" as variants. */
function variants(text: string): Variant[] {
  return text.split(" ").map((part) => {
    const [version = "", weight = ""] = part.split("=");
    return { version, weight: Number(weight) };
  });
}

const rolloutOf = (text: string, id = "churn#production#7"): Rollout => ({
  stage: "production",
  id,
  variants: variants(text),
});
const keys = (count: number): string[] => Array.from({ length: count }, (_, at) => `user-${at}`);

/** Whole numbers from 1 that make 100. */
const weights = (count: number): fc.Arbitrary<number[]> =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: count - 1, maxLength: count - 1 })
    .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b), 100])
    .map((cuts) => cuts.slice(1).map((cut, at) => cut - (cuts[at] ?? 0)));

const splits = (count: number): fc.Arbitrary<Variant[]> =>
  weights(count).map((list) => list.map((weight, at) => ({ version: `1.${at}.0`, weight })));

const share = (list: readonly Variant[], version: string): number =>
  list.find((variant) => variant.version === version)?.weight ?? 0;

describe("a key's version", () => {
  test("is what the test vectors say", () => {
    const file = new URL("../../fixtures/route-vectors.json", import.meta.url);
    const { vectors } = JSON.parse(readFileSync(file, "utf8")) as {
      vectors: { rollout: Rollout; keys: { key: string; slot: number; version: string }[] }[];
    };
    for (const { rollout, keys } of vectors) {
      const route = routerOf(xxh64, rollout);
      expect(keys.map(({ key }) => ({ key, slot: slotOf(xxh64, rollout, key), version: route(key) }))).toEqual(keys);
    }
    expect(vectors.length).toBeGreaterThan(3);
  });

  test("is the same each time, and another experiment deals anew", () => {
    const route = routerOf(xxh64, rolloutOf("1.1.0=50 1.2.0=50"));
    const again = routerOf(xxh64, rolloutOf("1.1.0=50 1.2.0=50"));
    const other = routerOf(xxh64, rolloutOf("1.1.0=50 1.2.0=50", "churn#production#9"));
    const all = keys(2000);
    expect(all.map(route)).toEqual(all.map(again));
    const same = all.filter((key) => route(key) === other(key)).length;
    expect(same).toBeGreaterThan(850);
    expect(same).toBeLessThan(1150);
  });

  test("comes out in the shares of the weights", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }).chain(splits), fc.integer(), (list, seed) => {
        const count = 4000;
        const route = routerOf(xxh64, { stage: "production", id: `churn#production#${seed}`, variants: list });
        const got = keys(count).map(route);
        for (const { version, weight } of list) {
          const expected = (count * weight) / 100;
          // Six standard deviations: once in a billion of honest draws.
          const slack = 6 * Math.sqrt((expected * (100 - weight)) / 100) + 1;
          expect(Math.abs(got.filter((one) => one === version).length - expected)).toBeLessThan(slack);
        }
      }),
      { numRuns: 40, seed: 4711 },
    );
  });

  test("is the one there is where nothing is split", () => {
    expect(new Set(keys(100).map(routerOf(xxh64, rolloutOf("1.1.0=100"))))).toEqual(new Set(["1.1.0"]));
  });
});

describe("changed weights", () => {
  test("move 15 of 100 keys from baseline to canary where it grows from 10 to 25 percent", () => {
    const before = rolloutOf("1.1.0=90 1.2.0=10");
    const next = variants("1.1.0=75 1.2.0=25");
    const { id, slots } = continueRollout(before, next, "churn#production#8");
    expect({ id, slots }).toEqual({ id: "churn#production#7", slots: null });
    const [old, now] = [routerOf(xxh64, before), routerOf(xxh64, { ...before, id, variants: next })];
    const all = keys(10_000);
    const moved = all.filter((key) => old(key) !== now(key));
    expect(moved.every((key) => old(key) === "1.1.0" && now(key) === "1.2.0")).toBe(true);
    expect(Math.abs(moved.length - 1500)).toBeLessThan(250);
  });

  test("move no slot without need, through any chain of changes of 2 to 5 versions", () => {
    const chains = fc
      .integer({ min: 2, max: 5 })
      .chain((count) => fc.array(splits(count), { minLength: 2, maxLength: 6 }));
    fc.assert(
      fc.property(chains, ([first = [], ...others]) => {
        let variants: readonly Variant[] = first;
        for (const next of others) {
          const before = ownersOf(variants);
          const { slots } = continueRollout({ id: "one", variants }, next, "two");
          const after = next.map((variant, at) => ({ ...variant, slots: slots?.[at] }));
          const owners = ownersOf(after);
          const lost = next.reduce(
            (sum, { version, weight }) => sum + Math.max(0, share(variants, version) - weight),
            0,
          );
          expect(owners.filter((owner, slot) => owner !== before[slot])).toHaveLength(lost);
          for (const { version, weight } of next) {
            expect(owners.filter((owner) => owner === version)).toHaveLength(weight);
          }
          variants = after;
        }
      }),
    );
  });

  test("give a canary that shrinks and grows again its first keys back", () => {
    const all = variants("1.1.0=80 1.2.0=10 1.3.0=10");
    const start = ownersOf(all);
    const grown = moveSlots(start, variants("1.1.0=60 1.2.0=25 1.3.0=15"));
    expect(grown).not.toEqual(start);
    expect(moveSlots(grown, all)).toEqual(start);
  });

  test("are written with the slots where these are not one after the other", () => {
    const before = rolloutOf("1.1.0=80 1.2.0=10 1.3.0=10");
    const next = variants("1.1.0=70 1.2.0=10 1.3.0=20");
    const { slots } = continueRollout(before, next, "churn#production#8");
    expect(slots).toEqual([
      [[0, 69]],
      [[80, 89]],
      [
        [70, 79],
        [90, 99],
      ],
    ]);
  });
});

describe("an experiment", () => {
  const before = rolloutOf("1.1.0=90 1.2.0=10");
  const idAfter = (text: string, from: Rollout | null = before): string =>
    continueRollout(from, variants(text), "churn#production#8").id;

  test("goes on while weights change, a version joins or one leaves", () => {
    expect(idAfter("1.1.0=50 1.2.0=50")).toBe("churn#production#7");
    expect(idAfter("1.2.0=50 1.1.0=50")).toBe("churn#production#7");
    expect(idAfter("1.1.0=80 1.2.0=10 1.3.0=10")).toBe("churn#production#7");
    expect(idAfter("1.1.0=90 1.3.0=10", rolloutOf("1.1.0=80 1.2.0=10 1.3.0=10"))).toBe("churn#production#7");
  });

  test("begins after one version alone, and where a candidate takes another's place", () => {
    expect(idAfter("1.1.0=90 1.2.0=10", null)).toBe("churn#production#8");
    expect(idAfter("1.1.0=90 1.2.0=10", rolloutOf("1.1.0=100"))).toBe("churn#production#8");
    expect(idAfter("1.1.0=100")).toBe("churn#production#8");
    expect(idAfter("1.1.0=90 1.3.0=10")).toBe("churn#production#8");
  });
});

describe("a rollout that is not well formed", () => {
  const why = (list: Variant[]): string => {
    try {
      ownersOf(list);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ["1.1.0=90 1.2.0=20", "the weights make 110, not 100"],
    ["1.1.0=50 1.1.0=50", "a version stands in it twice"],
    ["1.1.0=100 1.2.0=0", "the weight of 1.2.0 is no whole number from 1 to 100"],
    ["1.1.0=99.5 1.2.0=0.5", "the weight of 1.1.0 is no whole number from 1 to 100"],
  ])("%s: %s", (text, reason) => {
    expect(why(variants(text))).toBe(`The rollout is not well formed: ${reason}`);
  });

  test("by its slots", () => {
    const two = (a: Variant["slots"], b: Variant["slots"]): string =>
      why([
        { version: "1.1.0", weight: 90, slots: a },
        { version: "1.2.0", weight: 10, slots: b },
      ]);
    expect(two([[0, 89]], [[90, 99]])).toBe("");
    expect(two([[0, 89]], undefined)).toMatch("1.2.0 has 0 slots, and 10 percent");
    expect(two([[0, 89]], [[80, 89]])).toMatch("a slot of 1.2.0 is another's too");
    expect(two([[0, 89]], [[91, 100]])).toMatch("1.2.0 has slots that are not within 0 to 99");
    expect(two([[0, 1e9]], [[90, 99]])).toMatch("not within");
    expect(
      two(
        [
          [0, 49],
          [40, 79],
        ],
        [[90, 99]],
      ),
    ).toMatch("a slot of 1.1.0 is another's too");
  });

  test("slots read back as they were laid out", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 100 }, (_, at) => at)), (some) => {
        const mine = new Set(some);
        const owners = Array.from({ length: 100 }, (_, slot) => (mine.has(slot) ? "a" : "b"));
        const list = ["a", "b"].flatMap((version) => {
          const weight = owners.filter((owner) => owner === version).length;
          return weight === 0 ? [] : [{ version, weight, slots: slotsOf(owners, version) }];
        });
        expect(ownersOf(list)).toEqual(owners);
      }),
    );
  });
});
