// Moments as a user types them: ISO 8601, in UTC where no zone is given.
import { isDay } from "./day.ts";

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[-+]\d\d:?\d\d)?)?$/i;

/**
 * Seconds since 1970 of "2026-03-01T12:00Z", "2026-03-01T12:00:30+01:00", "2026-03-01 12:00" (UTC), or "2026-03-01", which is
 * the end of that day in UTC. Null for anything else, and for what no calendar or clock has.
 */
export function readMoment(text: string): number | null {
  const [, day = "", hours, minutes, seconds = "00", zone = "Z"] = MOMENT.exec(text.trim()) ?? [];
  if (!isDay(day)) return null;
  if (hours === undefined) return Date.parse(`${day}T23:59:59Z`) / 1000;
  const offset = zone.toUpperCase().replace(/^([-+]\d\d)(\d\d)$/, "$1:$2");
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}${offset}`);
  return Number.isNaN(time) ? null : time / 1000;
}
