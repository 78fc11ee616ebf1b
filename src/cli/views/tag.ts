import type { TagResult } from "../../operations/tag.ts";

export function tagView(result: TagResult): { out: string } {
  const commit = result.releases.length === 1 ? `  commit ${result.commit.slice(0, 7)}` : "";
  return {
    out: result.releases
      .map((release) => `${release.model} ${release.version}  tag ${release.tag}${commit}`)
      .join("\n"),
  };
}
