// The size up to which artifacts follow their pointers by themselves: `git config mversion.followLimit 500MB`.
import { parseSize } from "../../config/units.ts";
import { MvError } from "../../errors.ts";

const DEFAULT_BYTES = 2 ** 30;

/** Bytes from a text such as "500MB", "1GiB", "0"; 1 GiB where nothing is set. Fails with usage. */
export function parseLimit(text: string | null): number {
  if (text === null) return DEFAULT_BYTES;
  const bytes = parseSize(text.trim());
  if (bytes !== null) return bytes;
  throw new MvError("usage", `git config mversion.followLimit ${text}: give a size such as 500MB or 1GiB`, {
    hint: "git config mversion.followLimit 1GiB",
  });
}
