// Days and times as an audit says them. All are a tagger's clock, as Git has no other.
import { dayIn, isDay, momentIn } from "../../model/day.ts";
import type { Tagger } from "../../model/tag-object.ts";

type Clock = Pick<Tagger, "zone" | "date">;

/** The day in the tagger's own zone. */
export function day({ zone, date }: Clock): string {
  return dayIn(zone, date);
}

/** To the minute, with the zone; a plain tag has none. */
export function moment(tagger: Clock | null): string {
  return tagger === null ? "an unknown time" : momentIn(tagger.zone, tagger.date);
}

/** The day at the start of a text such as "2027-02-20" or "2027-02-20T10:00Z"; null where it begins with none. */
export function dayOf(text: string | null): string | null {
  const start = (text ?? "").slice(0, "2027-02-20".length);
  return isDay(start) ? start : null;
}
