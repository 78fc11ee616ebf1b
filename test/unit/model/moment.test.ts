import { expect, it } from "vitest";
import { readMoment } from "../../../src/model/moment.ts";

it.each([
  ["2026-03-01T12:00Z", "2026-03-01T12:00:00Z"],
  ["2026-03-01T12:00", "2026-03-01T12:00:00Z"],
  ["2026-03-01 12:00:30", "2026-03-01T12:00:30Z"],
  ["2026-03-01T12:00:30+01:00", "2026-03-01T11:00:30Z"],
  ["2026-03-01T12:00-0530", "2026-03-01T17:30:00Z"],
  ["2026-03-01", "2026-03-01T23:59:59Z"],
])("%s is %s", (text, iso) => {
  expect(readMoment(text)).toBe(Date.parse(iso) / 1000);
});

it.each(["", "yesterday", "2026-02-30", "2026-03-01T25:00", "2026-03-01T12", "12:00", "1771668000"])(
  "%j is no moment",
  (text) => expect(readMoment(text)).toBeNull(),
);
