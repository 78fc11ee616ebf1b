import { describe, expect, it } from "vitest";
import { dayIn, momentIn } from "../../../src/model/day.ts";

const MIDNIGHT = Date.UTC(2026, 1, 9) / 1000;

describe("dayIn", () => {
  it.each([
    ["+0000", MIDNIGHT, "2026-02-09"],
    ["+0000", MIDNIGHT - 1, "2026-02-08"],
    ["+0100", MIDNIGHT - 1, "2026-02-09"],
    ["-0500", MIDNIGHT, "2026-02-08"],
    ["+0530", MIDNIGHT - 5.5 * 3600, "2026-02-09"],
    ["+0530", MIDNIGHT - 5.5 * 3600 - 1, "2026-02-08"],
    ["-0000", MIDNIGHT, "2026-02-09"],
  ])("in zone %s, %d is %s", (zone, seconds, day) => {
    expect(dayIn(zone, seconds)).toBe(day);
  });

  it("survives what no calendar has", () => {
    expect(dayIn("+0000", 999_999_999_999)).toBe("+033658-09-27");
    expect(dayIn("+0000", Number.MAX_VALUE)).toBe("unknown");
    expect(dayIn("nonsense", MIDNIGHT)).toBe("2026-02-09");
  });
});

describe("momentIn", () => {
  it.each([
    ["+0000", MIDNIGHT + 61, "2026-02-09 00:01 +0000"],
    ["-0530", MIDNIGHT, "2026-02-08 18:30 -0530"],
    ["+0000", 999_999_999_999, "+033658-09-27 01:46 +0000"],
    ["+0000", Number.MAX_VALUE, "unknown"],
  ])("in zone %s, %d is %s", (zone, seconds, moment) => {
    expect(momentIn(zone, seconds)).toBe(moment);
  });
});
