// What was read from tags, kept on disk by the oid of the tag: a tag object and its commit never change.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";

const MAX_BYTES = 1 << 28;

/** What a file keeps, by oid; nothing where it is not there, damaged, or of another schema: it can always be made again. */
export async function readKept<T>(file: string, schema: number): Promise<Record<string, T>> {
  const empty = Object.create(null) as Record<string, T>;
  try {
    const text = await readTextFile(file, MAX_BYTES);
    if (text === null) return empty;
    const parsed = JSON.parse(text) as { schema: number; tags: Record<string, T> };
    return parsed.schema === schema && typeof parsed.tags === "object" ? Object.assign(empty, parsed.tags) : empty;
  } catch {
    return empty;
  }
}

/** Replaces what a file keeps. In a clone that cannot be written nothing is kept: it works, only slower. */
export async function keep<T>(file: string, schema: number, tags: Record<string, T>): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, JSON.stringify({ schema, tags }));
  } catch {
    // Said above.
  }
}
