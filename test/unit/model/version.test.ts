import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bumpOf,
  checkModelName,
  compare,
  comparePrecedence,
  formatTag,
  gapBefore,
  isDraft,
  isPrerelease,
  next,
  nextDraft,
  parseTag,
  parseVersion,
  sameVersion,
} from "../../../src/model/version.ts";

const core = fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12)).map(([major, minor, patch]) => `${major}.${minor}.${patch}`);
const suffix = fc.constantFrom("", "-dev.1", "-dev.12", "-rc.1", "-alpha", "+gpu", "-rc.2+cuda.12");
const anyVersion = fc.tuple(core, suffix).map(([number, rest]) => number + rest);

describe("parseVersion", () => {
  test.each([
    ["1.2.0", "1.2.0"],
    ["v1.2.0", "1.2.0"],
    ["1.2.0+gpu.01", "1.2.0+gpu.01"],
    ["v1.3.0-dev.4", "1.3.0-dev.4"],
    ["0.0.0", "0.0.0"],
  ])("%s is %s", (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });

  test.each([
    "",
    "1.2",
    "01.2.0",
    "1.2.0-01",
    "=1.2.0",
    "V1.2.0",
    "vv1.2.0",
    " 1.2.0",
    "1.2.0\n",
    "1.2.0 ",
    "latest",
    "1.2.x",
    "1.2.0-a..b",
    "1.2.0-x.lock",
    "9007199254740992.0.0",
    `1.2.0-${"a".repeat(300)}`,
  ])("%j is no version", (text) => {
    expect(parseVersion(text)).toBeNull();
  });

  test("is stable: what it returns, it returns again", () => {
    fc.assert(
      fc.property(
        anyVersion,
        (version) => parseVersion(version) === version && parseVersion(`v${version}`) === version,
      ),
    );
  });
});

describe("order", () => {
  test("follows semver, then the build part, then the text", () => {
    const sorted = [
      "what?",
      "0.1.0-dev.2",
      "0.1.0-dev.10",
      "0.1.0-rc.1",
      "0.1.0",
      "1.0.0",
      "1.0.0+cpu",
      "1.0.0+gpu.2",
      "1.0.0+gpu.10",
      "1.0.1",
    ];
    expect(sorted.toReversed().sort(compare)).toEqual(sorted);
  });

  test("is total and antisymmetric", () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, (a, b) => {
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        expect(compare(a, b) === 0).toBe(a === b);
      }),
    );
  });

  test("build metadata makes no other number", () => {
    expect(sameVersion("1.0.0", "1.0.0+gpu")).toBe(true);
    expect(sameVersion("1.0.0", "1.0.0-rc.1")).toBe(false);
    expect(comparePrecedence("1.0.0+a", "1.0.0+b")).toBe(0);
    expect(comparePrecedence("1.0.0-dev.9", "1.0.0-dev.10")).toBeLessThan(0);
  });

  test("texts that are no versions are the same only as texts", () => {
    expect(sameVersion("draft", "draft")).toBe(true);
    expect(sameVersion("draft", "final")).toBe(false);
    expect(comparePrecedence("draft", "0.0.0")).toBeLessThan(0);
  });
});

test.each([
  ["1.2.0-dev.3", true, true],
  ["1.2.0-dev.0+x", true, true],
  ["1.2.0-dev", false, true],
  ["1.2.0-dev.3.1", false, true],
  ["1.2.0-dev.x", false, true],
  ["1.2.0-rc.1", false, true],
  ["1.2.0", false, false],
  ["dev.3", false, false],
])("%s: draft %s, pre-release %s", (version, draft, prerelease) => {
  expect(isDraft(version)).toBe(draft);
  expect(isPrerelease(version)).toBe(prerelease);
});

test.each([
  [null, "0.1.0", "initial"],
  ["1.0.0", "2.0.0", "major"],
  ["1.0.0", "1.1.0", "minor"],
  ["1.0.9", "1.1.0", "minor"],
  ["1.0.0", "1.0.1", "patch"],
  ["1.1.0", "1.2.0-rc.1", "minor"],
  ["1.2.0-rc.1", "1.2.0-rc.2", "prerelease"],
  ["1.2.0-rc.1", "1.2.0", "minor"],
  ["2.0.0-rc.1", "2.0.0", "major"],
  ["1.0.1-rc.1", "1.0.1", "patch"],
  ["1.0.0", "1.0.0+gpu", "build"],
])("%s -> %s is a step of kind %s", (from, to, bump) => {
  expect(bumpOf(from, to)).toBe(bump);
});

test.each([
  ["1.2.3", "major", "2.0.0"],
  ["1.2.3", "minor", "1.3.0"],
  ["1.2.3+gpu", "patch", "1.2.4"],
  ["1.2.0-dev.3", "minor", "1.2.0"],
  ["1.2.0-dev.3", "major", "2.0.0"],
  ["0.1.0-dev.1", "patch", "0.1.0"],
] as const)("after %s, the next %s is %s", (version, level, expected) => {
  expect(next(version, level)).toBe(expected);
});

test("there is no number after what is no version", () => {
  expect(() => next("latest", "minor")).toThrow(TypeError);
});

describe("nextDraft", () => {
  test.each([
    [null, null, [], "0.1.0-dev.1"],
    [null, "0.1.0-dev.1", ["0.1.0-dev.1"], "0.1.0-dev.2"],
    [null, "0.1.0-dev.1", [], "0.1.0-dev.2"],
    ["1.1.0", "1.1.0", [], "1.2.0-dev.1"],
    ["1.1.0", "1.1.0", ["1.2.0-dev.9", "1.2.0-dev.10", "1.1.0-dev.40"], "1.2.0-dev.11"],
    ["1.1.0", "1.2.0", [], "1.3.0-dev.1"],
    ["1.1.0", "1.2.0", ["1.2.0-dev.1", "1.3.0-dev.2"], "1.3.0-dev.3"],
    ["1.1.0", "1.5.0-dev.2", ["1.2.0-dev.1"], "1.5.0-dev.3"],
    ["1.1.0", "1.2.0-rc.1", ["1.2.0-dev.4"], "1.3.0-dev.1"],
    ["1.1.0", "2.0.0-dev.1", [], "2.0.0-dev.2"],
    ["2.0.0-rc.1", "2.0.0-rc.1", [], "2.1.0-dev.1"],
    ["2.0.0", "1.0.1", [], "2.1.0-dev.1"],
    [null, "not a version", ["nor this"], "0.1.0-dev.1"],
  ])("released %s, declared %s, taken %j: %s", (highestRelease, declared, drafts, expected) => {
    expect(nextDraft({ highestRelease, declared, drafts })).toBe(expected);
  });

  test("is a draft, free, and above what is declared and released", () => {
    const maybe = fc.option(anyVersion);
    fc.assert(
      fc.property(maybe, maybe, fc.array(anyVersion), (highestRelease, declared, drafts) => {
        const draft = nextDraft({ highestRelease, declared, drafts });
        expect(isDraft(draft)).toBe(true);
        expect(drafts).not.toContain(draft);
        if (declared !== null) expect(comparePrecedence(draft, declared)).toBeGreaterThan(0);
        if (highestRelease !== null) expect(comparePrecedence(draft, highestRelease)).toBeGreaterThan(0);
      }),
    );
  });
});

describe("gapBefore", () => {
  test.each([
    ["1.0.0", [], null],
    ["7.3.2", [], null],
    ["7.3.2", ["1.0.0-rc.1"], null],
    ["1.1.0", ["1.0.0"], null],
    ["1.2.0", ["1.0.0"], "1.1.0"],
    ["1.3.0", ["1.0.0", "1.2.0-rc.1"], "1.1.0"],
    ["2.0.0", ["1.7.3"], null],
    ["3.0.0", ["1.7.3"], "2.0.0"],
    ["2.1.0", ["1.7.3"], "2.0.0"],
    ["1.0.1", ["1.0.0", "2.0.0"], null],
    ["1.0.3", ["1.0.0", "2.0.0"], "1.0.1"],
    ["1.0.3", ["1.0.0", "1.0.5"], "1.0.1"],
    ["1.1.0", ["1.0.0", "2.0.0"], null],
    ["1.1.1", ["1.0.0"], "1.1.0"],
    ["1.0.2", ["1.0.1+gpu"], null],
    ["1.0.0", ["0.4.0"], null],
    ["1.0.0", ["2.0.0"], null],
    ["0.1.0", ["1.0.0"], null],
    ["0.3.0", ["1.0.0"], "0.1.0"],
    ["1.5.0-rc.1", ["1.0.0"], null],
    ["nonsense", ["1.0.0"], null],
  ])("%s after %j: %s", (version, releases, gap) => {
    expect(gapBefore(version, releases)).toBe(gap);
  });

  test("the next number of any level of the highest release leaves no gap", () => {
    fc.assert(
      fc.property(
        fc.array(core, { minLength: 1 }),
        fc.constantFrom("major", "minor", "patch" as const),
        (releases, level) => {
          const highest = releases.toSorted(compare).at(-1) ?? "";
          expect(gapBefore(next(highest, level), releases)).toBeNull();
        },
      ),
    );
  });
});

describe("tag names", () => {
  test("format and reading agree", () => {
    const format = fc.constantFrom("v{version}", "{model}@v{version}", "{model}/v{version}", "rel-{version}-x");
    const model = fc.constantFrom("churn", "risk.v2", "$&", "a{model}");
    fc.assert(
      fc.property(format, model, anyVersion, (format, model, version) => {
        expect(parseTag(format, model, formatTag(format, model, version))).toBe(version);
      }),
    );
  });

  test.each([
    ["v{version}", "churn", "v1.2", null],
    ["v{version}", "churn", "vv1.2.0", null],
    ["v{version}", "churn", "1.2.0", null],
    ["v{version}", "churn", "v1.2.0#retracted", null],
    ["{model}@v{version}", "churn", "risk@v1.2.0", null],
    ["{model}@v{version}", "churn", "churn@v1.2.0", "1.2.0"],
    ["{model}@v{version}", "churn", "churn@vv1.2.0", null],
    ["no version", "churn", "no version", null],
    ["a{version}a", "churn", "a", null],
  ])("by %s of %s, %s is %s", (format, model, tag, version) => {
    expect(parseTag(format, model, tag)).toBe(version);
  });
});

describe("model names", () => {
  test.each(["churn", "Churn-2", "a_b.c", "v1.0.0", "7"])("%s is one", (name) => {
    expect(checkModelName(name)).toBeNull();
  });

  test.each([
    "",
    "-x",
    ".x",
    "a..b",
    "a.",
    "a.lock",
    "a.LOCK",
    "a@b",
    "a#b",
    "a/b",
    "a b",
    "ä",
    "a\n",
    "a{version}",
    "a".repeat(101),
  ])("%j is none", (name) => {
    expect(checkModelName(name)).toMatch(/\w/);
  });
});
