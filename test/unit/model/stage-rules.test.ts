// What a stage asks of a version, and what it is told that lacks something.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type StageFacts, type StageRules, unmetRules } from "../../../src/model/stage-rules.ts";
import { secondsOn, type Stay } from "../../../src/model/stays.ts";

const DAY = 86_400;
const NOW = 1_770_000_000;
const OID = "a".repeat(40);

const none: StageRules = { requires: null, min_days: 0, approvals: 0, signed: false, metrics: {} };

function facts(some: Partial<StageFacts> = {}): StageFacts {
  return {
    model: "churn",
    version: "1.2.0",
    stage: "production",
    release: { tag: "v1.2.0", oid: OID, fault: null, remedy: "sign it" },
    authors: ["ada@example.org"],
    approvals: [],
    required: [],
    metrics: new Map([["accuracy", 0.91]]),
    now: NOW,
    ...some,
  };
}

/** Each unmet rule in one text: where it is set, what was found, what to type. */
const said = (rules: Partial<StageRules>, some: Partial<StageFacts> = {}): string[] =>
  unmetRules({ ...none, ...rules }, facts(some), ".mversion.yaml").map(
    ({ set, what, next }) => `${set} | ${what} | ${next}`,
  );

const stay = (daysAgo: number, ...releases: string[]): Stay => ({ releases, date: NOW - daysAgo * DAY });
const approval = (by: string, fault: string | null = null, number = 1) => ({
  tag: `approved/churn/production/1.2.0/${number}`,
  by,
  fault,
});

test("without rules everything may go anywhere", () => {
  expect(said({}, { authors: [], metrics: new Map() })).toEqual([]);
});

describe("requires", () => {
  test("a version that never ran there", () => {
    expect(said({ requires: "staging" })).toMatchInlineSnapshot(`
      [
        ".mversion.yaml stages.production.requires | production needs churn 1.2.0 to have run on staging, and it has not | mv promote v1.2.0 churn@staging -m WHY",
      ]
    `);
    expect(said({ requires: "staging" }, { required: [stay(3, "b".repeat(40))] })).toHaveLength(1);
  });

  test("is met by any stay, in a split and in the past too", () => {
    expect(said({ requires: "staging" }, { required: [stay(3, OID, "other"), stay(2, "other")] })).toEqual([]);
  });
});

describe("min_days", () => {
  test("a stay that is dated ahead of this clock counts from its date", () => {
    expect(said({ requires: "staging", min_days: 2 }, { required: [stay(3, "b"), stay(-10, OID)] }))
      .toMatchInlineSnapshot(`
      [
        ".mversion.yaml stages.production.min_days | production needs churn 1.2.0 to have run on staging for 2 days, and it ran there for 0 hours, as its assignment says it is of 2026-02-12 02:40 UTC | repeat at 2026-02-14 02:40 UTC or later",
      ]
    `);
  });

  test("a version that has not been there for long", () => {
    expect(said({ requires: "staging", min_days: 3 }, { required: [stay(2.95, OID)] })).toMatchInlineSnapshot(`
      [
        ".mversion.yaml stages.production.min_days | production needs churn 1.2.0 to have run on staging for 3 days, and it ran there for 2.9 days | repeat at 2026-02-02 03:52 UTC or later",
      ]
    `);
    expect(said({ requires: "staging", min_days: 1 }, { required: [stay(0.5, OID), stay(0.25, "b")] }))
      .toMatchInlineSnapshot(`
        [
          ".mversion.yaml stages.production.min_days | production needs churn 1.2.0 to have run on staging for 1 day, and it ran there for 6 hours | mv promote v1.2.0 churn@staging -m WHY",
        ]
      `);
  });

  test("is met by all stays together", () => {
    const required = [stay(9, OID), stay(7.5, "b"), stay(2, OID, "b"), stay(0.5, "b")];
    expect(said({ requires: "staging", min_days: 3 }, { required })).toEqual([]);
    expect(said({ requires: "staging", min_days: 4 }, { required })).toHaveLength(1);
  });
});

describe("approvals", () => {
  test("count people, and not those who made the version", () => {
    expect(said({ approvals: 2 })).toMatchInlineSnapshot(`
      [
        ".mversion.yaml stages.production.approvals | production needs 2 approvals of churn 1.2.0 by others than its author, and it has none that counts | mv approve v1.2.0 churn@production -m WHY, by another person",
      ]
    `);
    const approvals = [
      approval("Ada@Example.org"),
      approval("ben@example.org", null, 2),
      approval("BEN@example.org", null, 3),
    ];
    expect(said({ approvals: 2 }, { approvals })).toMatchInlineSnapshot(`
      [
        ".mversion.yaml stages.production.approvals | production needs 2 approvals of churn 1.2.0 by others than its author, and it has 1 that counts; an author's own does not | mv approve v1.2.0 churn@production -m WHY, by another person",
      ]
    `);
    expect(said({ approvals: 1 }, { approvals })).toEqual([]);
    expect(said({ approvals: 1 }, { approvals, authors: ["ada@example.org", "ben@example.org"] })).toHaveLength(1);
  });

  test("count with a good signature alone where the stage is signed", () => {
    const approvals = [approval("ben@example.org", "it is not signed"), approval("cem@example.org", null, 2)];
    expect(said({ approvals: 2, signed: true }, { approvals })).toMatchInlineSnapshot(`
      [
        ".mversion.yaml stages.production.approvals | production needs 2 approvals of churn 1.2.0 by others than its author, and it has 1 that counts; not approved/churn/production/1.2.0/1: it is not signed | mv approve v1.2.0 churn@production -m WHY, by another person",
      ]
    `);
    expect(said({ approvals: 2 }, { approvals })).toEqual([]);
    expect(said({ approvals: 1, signed: true }, { approvals })).toEqual([]);
  });
});

describe("metrics", () => {
  const bound = (comparison: ">=" | "<=" | ">" | "<" | "=", value: number): Partial<StageRules> => ({
    metrics: { accuracy: { comparison, value } },
  });

  test("are those of the record at the release", () => {
    expect(said({ metrics: { accuracy: { comparison: ">=", value: 0.95 }, auc: { comparison: ">", value: 0.8 } } }))
      .toMatchInlineSnapshot(`
        [
          ".mversion.yaml stages.production.metrics.accuracy | production needs accuracy >= 0.95, and churn 1.2.0 has 0.91 | mv log, for a version that has it",
          ".mversion.yaml stages.production.metrics.auc | production needs auc > 0.8, and churn 1.2.0 has no such metric | mv log, for a version that has it",
        ]
      `);
  });

  test.each([
    [">=", 0.91, true],
    [">=", 0.92, false],
    ["<=", 0.91, true],
    ["<=", 0.9, false],
    [">", 0.91, false],
    [">", 0.9, true],
    ["<", 0.91, false],
    ["<", 0.92, true],
    ["=", 0.91, true],
    ["=", 0.9, false],
  ] as const)("0.91 %s %d", (comparison, value, isMet) => {
    expect(said(bound(comparison, value)).length === 0).toBe(isMet);
  });

  test("that are no number satisfy nothing", () => {
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY])
      expect(said(bound("<=", 1), { metrics: new Map([["accuracy", value]]) })).toHaveLength(1);
    expect(said(bound(">=", 0.9), { metrics: new Map([["accuracy", Number.POSITIVE_INFINITY]]) })).toHaveLength(1);
  });
});

test("signed: the release's own signature", () => {
  const release = { tag: "v1.2.0", oid: OID, fault: "it is not signed", remedy: "sign it" };
  expect(said({ signed: true }, { release })).toMatchInlineSnapshot(`
    [
      ".mversion.yaml stages.production.signed | production needs v1.2.0 to be signed by its tagger, and it is not signed | sign it",
    ]
  `);
  expect(said({ signed: true })).toEqual([]);
});

test("every rule that is not met is named", () => {
  const rules = {
    requires: "staging",
    approvals: 1,
    signed: true,
    metrics: { f1: { comparison: ">", value: 0 } },
  } as const;
  const release = { tag: "v1.2.0", oid: OID, fault: "it is not signed", remedy: "sign it" };
  const unmet = unmetRules({ ...none, ...rules }, facts({ release }), "main:.mversion.yaml");
  expect(unmet.map(({ rule }) => rule)).toEqual(["metrics", "signed", "requires", "approvals"]);
  expect(unmet.every(({ set }) => set.startsWith("main:.mversion.yaml stages.production."))).toBe(true);
});

describe("time on a stage", () => {
  const stays = fc.array(
    fc.record({ releases: fc.subarray(["a", "b"]), date: fc.integer({ min: NOW - 100, max: NOW + 50 }) }),
    { maxLength: 8 },
  );

  test("is never longer than there was, whatever the clocks say", () => {
    fc.assert(
      fc.property(stays, (list) => {
        const time = secondsOn(list, "a", NOW);
        expect(time === null).toBe(!list.some(({ releases }) => releases.includes("a")));
        const first = list.find(({ releases }) => releases.includes("a"));
        expect(time?.seconds ?? 0).toBeGreaterThanOrEqual(0);
        // A stay dated back begins with its predecessor at the earliest.
        const before = list.slice(0, first ? list.indexOf(first) + 1 : 0).map(({ date }) => date);
        const floor = Math.max(...before.filter((date) => date <= NOW), Number.NEGATIVE_INFINITY);
        if (time !== null && Number.isFinite(floor)) expect(time.seconds).toBeLessThanOrEqual(NOW - floor);
      }),
    );
  });

  test("of two versions that follow each other makes the whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.integer({ min: 0, max: 50 })), { minLength: 1 }),
        (list) => {
          let date = NOW - 50 * list.length;
          const chain = list.map(([release, later]) => ({ releases: [release], date: (date += later) }));
          const [a, b] = ["a", "b"].map((release) => secondsOn(chain, release, NOW)?.seconds ?? 0);
          expect((a ?? 0) + (b ?? 0)).toBe(NOW - (chain[0]?.date ?? 0));
        },
      ),
    );
  });

  test("a clock of the future stops nothing for ever", () => {
    const list = [stay(5, "a"), stay(-900, "b"), stay(2, "a")];
    expect(secondsOn(list, "a", NOW)).toEqual({ seconds: 2 * DAY, since: NOW - 2 * DAY });
    expect(secondsOn(list, "b", NOW)).toEqual({ seconds: 0, since: null });
  });
});
