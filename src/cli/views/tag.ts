import type { TagResult } from "../../operations/tag.ts";
import { printable } from "../terminal.ts";

export function tagView(result: TagResult): { out: string; notes: string[] } {
  const commit = result.releases.length === 1 ? `  commit ${result.commit.slice(0, 7)}` : "";
  const lines = result.releases.map(({ model, version, tag, bundle }) => {
    const signed = bundle === null ? "" : `  ${printable(bundle)}`;
    return `${model} ${version}  tag ${printable(tag)}${commit}${signed}`;
  });
  const notes = result.confirmed.map(({ remote, has, of }) => `${printable(remote)} has ${has} of ${of} objects`);
  return { out: lines.join("\n"), notes };
}
