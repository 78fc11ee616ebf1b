// Within which times an allowed-signers file says the same of a key: between two neighbours of all times that it names
// (ssh-keygen(1), ALLOWED SIGNERS: valid-after and valid-before).

const NAMED = /valid-(?:after|before)/gi;
const TIME = /valid-(?:after|before)="?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?"?(?![\w])/gi;
/** A time in the local zone may mean either of two around a change of the clocks. */
const CLOCK_CHANGE_SECONDS = 7200;

export type PeriodOf = (date: number) => string | null;

/**
 * Names the period that a date, in seconds since 1970, lies in; null where that cannot be told: so close to a time of the file that
 * rounding or a change of the clocks counts, or where the file writes a time in a way that is not known here.
 */
export function periodsOf(allowedSigners: Uint8Array): PeriodOf {
  const text = Buffer.from(allowedSigners).toString("latin1");
  const times = [...text.matchAll(TIME)].flatMap(([, ...digits]) => {
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = digits.map((part) => Number(part ?? 0));
    const local = new Date(year, month - 1, day, hour, minute, second).getTime();
    return [Date.UTC(year, month - 1, day, hour, minute, second) / 1000, local / 1000];
  });
  if ([...text.matchAll(NAMED)].length * 2 !== times.length || times.some(Number.isNaN)) return () => null;
  return (date) => {
    if (times.some((time) => Math.abs(time - date) <= CLOCK_CHANGE_SECONDS)) return null;
    return String(times.filter((time) => time < date).length);
  };
}
