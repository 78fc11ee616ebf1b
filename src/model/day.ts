// Days of the calendar, as records and tags show them: in the zone of whoever made it, as people remember it.

/** Whether a text is a day that the calendar has, as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return time !== null && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

/** "2026-02-09": the day of a moment (seconds since 1970) in a zone as Git writes it ("+0100"). */
export function dayIn(zone: string, seconds: number): string {
  return localTime(zone, seconds)?.day ?? "unknown";
}

/** "2026-02-09 14:05 +0100": a moment to the minute, in that zone and with it. */
export function momentIn(zone: string, seconds: number): string {
  const local = localTime(zone, seconds);
  return local === null ? "unknown" : `${local.day} ${clock(local.minute)} ${zone}`;
}

/** "2026-02-21T10:00:00Z": a moment to the second, in UTC. Throws RangeError beyond the calendar. */
export function isoTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const local = localTime("+0000", whole);
  if (local === null) throw new RangeError(`${seconds} is no time of the calendar`);
  return `${local.day}T${clock(local.minute)}:${twoDigits(whole - Math.floor(whole / 60) * 60)}Z`;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The calendar of ECMAScript ends there, before and after 1970. */
const CALENDAR_MS = 8.64e15;

/** The day, and the minute of it, that a clock in that zone shows; null beyond the calendar. */
function localTime(zone: string, seconds: number): { day: string; minute: number } | null {
  const time = Math.trunc((seconds + offsetOf(zone)) * 1000);
  if (!(Math.abs(time) <= CALENDAR_MS)) return null;
  const day = Math.floor(time / DAY_MS);
  return { day: dayOf(day), minute: Math.floor((time - day * DAY_MS) / MINUTE_MS) };
}

function clock(minute: number): string {
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

function twoDigits(count: number): string {
  return count < 10 ? `0${count}` : String(count);
}

// Ten thousand moments are on a few hundred days.
const days = new Map<number, string>();

/** A day by its distance from 1970. */
function dayOf(distance: number): string {
  const known = days.get(distance);
  if (known !== undefined) return known;
  const day = new Date(distance * DAY_MS).toISOString().split("T")[0] ?? "";
  if (days.size < 10_000) days.set(distance, day);
  return day;
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
