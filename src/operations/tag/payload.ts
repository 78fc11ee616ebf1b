// What a release tag says: computed from the blobs of the commit that it seals, never from the working tree.
import { createHash } from "node:crypto";
import { MvError } from "../../errors.ts";
import { formatReleaseMessage, type Release } from "../../model/release.ts";
import { bumpOf } from "../../model/version.ts";
import type { Releases } from "../releases.ts";
import { isStale, type Snapshot } from "../snapshot.ts";
import type { Reasoned } from "./plan.ts";

export interface Message {
  item: Reasoned;
  tagName: string;
  text: string;
  bump: string;
}

/** The text of one release's tag. Fails where a hook or a filter let the commit hold something else than planned. */
export function releaseMessage(sealed: Snapshot, releases: Releases, item: Reasoned, commit: string): Message {
  const found = sealed.records.get(item.model);
  if (!found || found.record.version !== item.version || isStale(sealed, found.record)) {
    throw new MvError(
      "record-stale",
      `Commit ${commit.slice(0, 7)} does not hold ${item.model} ${item.version} as planned: a hook or a filter changed it`,
      {
        hint: `git show ${commit.slice(0, 7)}`,
      },
    );
  }
  const { record, text } = found;
  const base = item.previous;
  const bump = bumpOf(base?.version ?? null, item.version);
  const newest = newestByDate(releases.of(item.model));
  const field = (key: string): string | null => {
    const value = record.fields[key];
    return typeof value === "string" ? value : null;
  };
  return {
    item,
    tagName: item.tagName,
    bump,
    text: formatReleaseMessage({
      model: item.model,
      version: item.version,
      reason: item.reason,
      bump,
      previous: base && { version: base.version, tag: base.oid },
      seal: newest && { version: newest.version, tag: newest.oid },
      content: record.content ?? "",
      record: { path: found.path, sha256: createHash("sha256").update(text).digest("hex") },
      artifacts: record.artifacts,
      datasets: record.datasets,
      dataset_snapshot_id: field("dataset_snapshot_id"),
      feature_set_version: field("feature_set_version"),
    }),
  };
}

function newestByDate(releases: readonly Release[]): Release | null {
  return releases.reduce<Release | null>(
    (newest, release) => (newest && newest.tagger.date > release.tagger.date ? newest : release),
    null,
  );
}
