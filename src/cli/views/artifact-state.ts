// The words of status and diff for bytes on disk that are not their pointer's.
import { printable } from "../terminal.ts";

interface Differing {
  state: string;
  holds?: string;
  only_executable?: true;
}

/** "modified", "pointer moved, bytes are 1.1.0's"; the model is named where `models` says that there are several. */
export function differenceWords({ state, holds, only_executable }: Differing, models: number): string {
  if (state !== "other-version") return only_executable ? "modified, its executable bit alone" : state;
  if (holds === undefined) return "pointer moved, bytes are from an earlier add";
  return `pointer moved, bytes are ${printable(models > 1 ? holds : holds.slice(holds.indexOf(" ") + 1))}'s`;
}
