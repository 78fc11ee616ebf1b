// What was read from tags and is kept on disk. It can always be made again, so damage is as good as absence.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";

const MAX_BYTES = 1 << 28;

/** What a file keeps; null where it is not there, damaged, or of another schema. */
export async function readKept<T extends object>(file: string, schema: number): Promise<T | null> {
  try {
    const text = await readTextFile(file, MAX_BYTES);
    const parsed = text === null ? null : (JSON.parse(text) as { schema: number; kept: T });
    return parsed?.schema === schema && typeof parsed.kept === "object" ? parsed.kept : null;
  } catch {
    return null;
  }
}

/** Replaces what a file keeps. In a clone that cannot be written nothing is kept: it works, only slower. */
export async function keep(file: string, schema: number, kept: object): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, JSON.stringify({ schema, kept }));
  } catch {
    // Said above.
  }
}
