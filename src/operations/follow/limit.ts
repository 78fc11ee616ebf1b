// The size up to which artifacts follow their pointers by themselves: `git config mversion.followLimit 500MB`.
import { MvError } from "../../errors.ts";

const DEFAULT_BYTES = 2 ** 30;
const UNITS: Record<string, number> = {
  "": 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  KI: 2 ** 10,
  MI: 2 ** 20,
  GI: 2 ** 30,
  TI: 2 ** 40,
};

/** Bytes from a text such as "500MB", "1GiB", "0"; 1 GiB where nothing is set. Fails with usage. */
export function parseLimit(text: string | null): number {
  if (text === null) return DEFAULT_BYTES;
  const [, amount, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit.toUpperCase()];
  if (amount === undefined || factor === undefined) {
    throw new MvError("usage", `git config mversion.followLimit ${text}: give a size such as 500MB or 1GiB`, {
      hint: "git config mversion.followLimit 1GiB",
    });
  }
  return Math.floor(Number(amount) * factor);
}
