// The axis of a drawing whose places are times, in seconds since 1970.
import { dayIn } from "../../../model/day.ts";
import { scale } from "./scale.ts";

/** Where the drawing begins and where `now` is. */
export interface Extent {
  left: number;
  right: number;
}

/** Width of a quiet time since the last event. */
const QUIET = 150;

export interface Axis {
  x: (time: number) => number;
  /** Where the line of the releases ends. */
  end: number;
  days: { x: number; text: string; kind: string }[];
}

/**
 * Time from the first event to the last, and to `now` where something may still stand. A long quiet time since the last event
 * would press all others together: it is shortened, and the days below say so.
 */
export function timeAxis(times: readonly number[], now: number | null, { left, right }: Extent): Axis {
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  const day = (x: number, time: number, kind: string): Axis["days"][number] => ({
    x,
    text: dayIn("+0000", time),
    kind,
  });
  const start = left + 20;
  if (now === null || now <= last) {
    return {
      x: scale(first, last, start, right),
      end: right + 20,
      days: [day(left, first, ""), day(right + 20, last, "end")],
    };
  }
  const isQuiet = now - last > (last - first) / 4;
  const events = scale(first, isQuiet ? last : now, start, isQuiet ? right - QUIET : right);
  const tail = scale(last, now, right - QUIET, right);
  return {
    x: (time) => (isQuiet && time > last ? tail(time) : events(time)),
    end: isQuiet ? right - QUIET : right + 20,
    days: [
      day(left, first, ""),
      ...(isQuiet ? [day(right - QUIET, last, "mid")] : []),
      { x: right + 40, text: `${dayIn("+0000", now)} (now)`, kind: "end" },
    ],
  };
}
