// Sizes and durations as people write them.

const SIZES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

const DURATIONS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

/** Bytes in "5MB" (10^6), "5MiB" (2^20), "512 kB" or "1000"; null where it is no size. */
export function parseSize(text: string): number | null {
  const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([kKMGT]i?B|B)?$/.exec(text) ?? [];
  return count === "" ? null : whole(Number(count) * (SIZES[(unit || "B").toUpperCase()] ?? Number.NaN));
}

/** Milliseconds in "14d", "36h", "30m", "2w" or "0"; null where it is no duration. */
export function parseDuration(text: string): number | null {
  const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([smhdw])$/.exec(text) ?? [];
  if (text === "0") return 0;
  return count === "" ? null : whole(Number(count) * (DURATIONS[unit] ?? Number.NaN));
}

function whole(value: number): number | null {
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : null;
}
