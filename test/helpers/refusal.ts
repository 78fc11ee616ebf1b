// What an operation refuses: its code, words and way out.
import { MvError } from "../../src/errors.ts";

/** Waits for work that must fail with one of our errors. */
export async function refusal(work: Promise<unknown>): Promise<Pick<MvError, "code" | "message" | "hint">> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MvError)) throw new Error(`not refused: ${String(error)}`, { cause: error });
  return { code: error.code, message: error.message, hint: error.hint };
}
