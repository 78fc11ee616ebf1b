// One thing that verify found broken.
import type { ErrorCode } from "../../errors.ts";

export interface Problem {
  code: Extract<ErrorCode, "bytes-wrong" | "release-differs" | "seal-broken" | "record-stale" | "signature">;
  /** On which thing: "churn 1.0.0", "models/model.onnx". */
  what: string;
  /** The release's tag; null for the working tree. */
  tag: string | null;
  message: string;
  /** What to type to put it right, or to see more of it. */
  hint: string;
}
