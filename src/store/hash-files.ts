// Hashing without storing: many small files in worker threads, large ones in a stream each.
import type { Want } from "../platform/hashing.ts";
import { streamFile } from "../platform/stream.ts";
import type { Workers } from "../platform/workers.ts";
import type { Hashed, Source } from "./intake.ts";

/** The hashes of regular files, in their order. Throws file-changing, no-read. */
export async function hashFiles(
  workers: Workers,
  sources: readonly Source[],
  onBytes: (bytes: number) => void,
  want: Want = "both",
): Promise<Hashed[]> {
  const [only] = sources;
  if (only && sources.length === 1) return [await streamFile(only.path, { want, onBytes })];
  const results: Hashed[] = Array.from({ length: sources.length });
  await workers.each([...sources.keys()], {
    job: "digest",
    input: (portion) => ({ files: portion.map((at) => sources[at]?.path ?? ""), want }),
    bytes: sources.reduce((sum, source) => sum + source.size, 0),
    done(portion, output) {
      portion.forEach((at, place) => {
        const hashed = output[place];
        if (hashed === undefined) return;
        results[at] = hashed;
        onBytes(hashed.stat.size);
      });
    },
  });
  return results;
}
