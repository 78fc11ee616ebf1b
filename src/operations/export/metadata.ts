// The JSON export: the small metadata file that projects keep beside a model, then what the tag seals and the rest of the record.
import { metadataJson } from "../../model/record.ts";
import type { ExportDocument } from "./document.ts";

/** Says what is not repeated under `record`. */
const OWN_PLACE = new Set(["schema", "content", "artifacts", "datasets", "reason"]);

/** JSON with a final newline. Keys are those of `mv show --format metadata-json`, and then `content`, `release`, `record`… */
export function metadataText({ release, record, retraction, timestamp }: ExportDocument): string {
  const metadata = metadataJson(record);
  const rest = Object.entries(record.fields).filter(([key]) => !OWN_PLACE.has(key) && !Object.hasOwn(metadata, key));
  const { tag, oid, commit, tagger, signed, bump, previous } = release;
  const document = {
    ...metadata,
    reason: release.reason,
    content: release.content,
    artifacts: release.artifacts,
    datasets: release.datasets,
    release: {
      tag,
      oid,
      commit,
      date: timestamp,
      tagger: { name: tagger.name, email: tagger.email },
      signed,
      bump,
      previous: previous?.version ?? null,
      retracted: retraction?.reason ?? null,
    },
    record: Object.fromEntries(rest),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
