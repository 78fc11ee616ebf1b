// Objects that `mv remote test` makes for itself, in a folder of their own beside the cache.
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../platform/files.ts";
import type { ObjectRef, Transfer } from "../../remotes/remote.ts";

export interface Scratch {
  /** A new object of random bytes; `always`: of bytes that are the same in every test. */
  object(size: number, always?: boolean): Transfer;
  /** Where an object is to be received, with the first `have` bytes of another file in it. */
  target(object: ObjectRef, from?: string, have?: number): Transfer;
  discard(): void;
}

export function createScratch(stateDir: string): Scratch {
  makeFolder(stateDir);
  const folder = mkdtempSync(join(stateDir, "remote-test-"));
  let count = 0;
  const next = (): string => join(folder, `${(count += 1)}`);
  return {
    object(size, always = false) {
      const bytes = always ? Buffer.alloc(size, "mversion remote test\n") : randomBytes(size);
      const file = next();
      writeFileSync(file, bytes);
      return { sha256: sha256Of(bytes), size, file };
    },
    target({ sha256, size }, from, have = 0) {
      const file = next();
      if (from !== undefined) writeFileSync(file, readFileSync(from).subarray(0, have));
      return { sha256, size, file };
    },
    discard: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Whether a file holds the object's bytes. */
export function isWhole({ file, sha256, size }: Transfer): boolean {
  const bytes = readFileSync(file);
  return bytes.length === size && sha256Of(bytes) === sha256;
}
