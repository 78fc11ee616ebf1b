// A version that holds some bytes, and as what.
import type { Artifact } from "../../model/content.ts";
import { dayIn } from "../../model/day.ts";
import type { Release } from "../../model/release.ts";

export interface Holding {
  model: string;
  version: string;
  /** released by a tag; draft: declared in a commit of HEAD's history; declared: in the working tree only. */
  state: "released" | "draft" | "declared";
  /** The release's tag. */
  tag: string | null;
  commit: string | null;
  /** The day of the release. */
  date: string | null;
  /** content: the hash names all of the model's artifacts together. member: a file inside a folder. */
  as: "artifact" | "dataset" | "content" | "member";
  /** The artifact's path, of a member with its own path inside; null for a content. */
  path: string | null;
  sha256: string;
}

type Version = Pick<Holding, "model" | "version" | "state" | "tag" | "commit" | "date">;

interface Listing {
  content: string | null;
  artifacts: readonly Artifact[];
  datasets: readonly Artifact[];
}

/** A version with all that it lists. */
export interface Listed {
  version: Version;
  listing: Listing;
}

/** Everything that a version names by a hash. */
export function holdingsOf(version: Version, { content, artifacts, datasets }: Listing): Holding[] {
  return [
    ...artifacts.map(({ path, sha256 }): Holding => ({ ...version, as: "artifact", path, sha256 })),
    ...datasets.map(({ path, sha256 }): Holding => ({ ...version, as: "dataset", path, sha256 })),
    ...(content === null
      ? []
      : [{ ...version, as: "content" as const, path: null, sha256: content.replace(/^sha256:/, "") }]),
  ];
}

export function releaseHoldings(release: Release): Holding[] {
  return holdingsOf(versionOf(release), release);
}

export function versionOf({ model, version, tag, commit, tagger }: Release): Version {
  return { model, version, state: "released", tag, commit, date: dayIn(tagger.zone, tagger.date) };
}

/** Those whose hash begins with the prefix. */
export function matching(holdings: readonly Holding[], prefix: string): Holding[] {
  return holdings.filter((holding) => holding.sha256.startsWith(prefix));
}
