// The table of all commands: words, flags and help, a file for each group. A command's code is loaded only when it is called.
import type { CommandRow } from "../command.ts";
import { describeRows } from "./rows/describe.ts";
import { governRows } from "./rows/govern.ts";
import { releaseRows } from "./rows/release.ts";
import { rolloutRows } from "./rows/rollout.ts";
import { shareRows } from "./rows/share.ts";
import { startRows } from "./rows/start.ts";
import { trackRows } from "./rows/track.ts";

export const rows: readonly CommandRow[] = [
  ...startRows,
  ...trackRows,
  ...releaseRows,
  ...describeRows,
  ...shareRows,
  ...rolloutRows,
  ...governRows,
];
