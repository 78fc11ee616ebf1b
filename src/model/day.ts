// The day that a tag shows: in the zone of whoever made it, as people remember it.

/** "2026-02-09": the day of a moment (seconds since 1970) in a zone as Git writes it ("+0100"). */
export function dayIn(zone: string, seconds: number): string {
  const [, sign, hours, minutes] = /^([-+])(\d\d)(\d\d)$/.exec(zone) ?? [];
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * 60 * (sign === "-" ? -1 : 1);
  const time = new Date((seconds + offset) * 1000);
  return Number.isNaN(time.getTime()) ? "unknown" : (time.toISOString().split("T")[0] ?? "unknown");
}
