// Days of the calendar, as records and tags show them: in the zone of whoever made it, as people remember it.

/** Whether a text is a day that the calendar has, as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return time !== null && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

/** "2026-02-09": the day of a moment (seconds since 1970) in a zone as Git writes it ("+0100"). */
export function dayIn(zone: string, seconds: number): string {
  return localTime(zone, seconds)?.[0] ?? "unknown";
}

/** "2026-02-09 14:05 +0100": a moment to the minute, in that zone and with it. */
export function momentIn(zone: string, seconds: number): string {
  const local = localTime(zone, seconds);
  return local === null ? "unknown" : `${local[0]} ${local[1].slice(0, "14:05".length)} ${zone}`;
}

/** The day and the time that a clock in that zone shows; null beyond the calendar. */
function localTime(zone: string, seconds: number): readonly [string, string] | null {
  const time = new Date((seconds + offsetOf(zone)) * 1000);
  if (Number.isNaN(time.getTime())) return null;
  const [day = "", clock = ""] = time.toISOString().split("T");
  return [day, clock];
}

// Ten thousand moments are in a handful of zones.
const offsets = new Map<string, number>();

/** Seconds east of UTC; 0 for what is no zone. */
function offsetOf(zone: string): number {
  const known = offsets.get(zone);
  if (known !== undefined) return known;
  const [, sign, hours, minutes] = /^([-+])(\d\d)(\d\d)$/.exec(zone) ?? [];
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * 60 * (sign === "-" ? -1 : 1);
  if (offsets.size < 1000) offsets.set(zone, offset);
  return offset;
}
