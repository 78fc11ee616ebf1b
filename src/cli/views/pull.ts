import type { PullResult } from "../../operations/pull.ts";
import type { Here } from "../here.ts";
import { printable } from "../terminal.ts";

export function pullView(result: PullResult, here: Here): { out: string; notes: string[] } {
  const { before, after, branch, upstream, written, removed, fetched, dry_run } = result;
  const verb = dry_run ? "would go" : "went";
  const lines = [
    ...(before === after
      ? []
      : [`${printable(branch)} ${verb} from ${shown(before)} to ${printable(upstream)} ${shown(after)}`]),
    ...written.map((path) => `${here.shown(path)}${dry_run ? "  would be written" : ""}`),
    ...removed.map((path) => `${here.shown(path)}  ${dry_run ? "would be removed" : "removed"}`),
    ...(fetched > 0 ? [`${fetched} ${fetched === 1 ? "object" : "objects"} into the cache`] : []),
  ];
  return {
    out: lines.length > 0 ? lines.join("\n") : `Up to date with ${printable(upstream)}`,
    notes: notes(result, here),
  };
}

/** A commit as Git shortens it. */
function shown(oid: string): string {
  return oid.slice(0, 7);
}

function notes({ unsaved, absent }: PullResult, here: Here): string[] {
  return [
    ...unsaved.map(
      (path) =>
        `${here.shown(path)} holds bytes that are stored nowhere: left as it is. Next: mv add ${here.typed(path)}`,
    ),
    ...(absent.length > 0
      ? [`Left as pointers: ${absent.map(here.shown).join(", ")}. Next: mv pull, to try again`]
      : []),
  ];
}
