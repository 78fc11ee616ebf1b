// Reading the stream of `git cat-file --batch`. Pure: bytes in, answers out.
import type { GitObject } from "./git.ts";

/** What became of one name: null where nothing is there; an object without bytes where it is above the limit. */
export type BatchAnswer = { oid: string; size: number; object: GitObject | null } | null;

/**
 * Takes the output chunk by chunk. `names` are those sent, in order: an absent one is answered with itself, which may hold
 * any byte, so it is told by comparing. Bodies above `limit` bytes are passed over (object null).
 */
export function createBatchReader(names: readonly string[], limit: number) {
  const answers: BatchAnswer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let body: { oid: string; type: string; size: number; left: number; chunks: Buffer[] | null } | null = null;

  function take(chunk: Buffer): void {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length > 0 && (body ? takeBody(body) : takeHeader()));
  }

  function takeHeader(): boolean {
    const missing = Buffer.from(`${names[answers.length] ?? ""} missing\n`);
    if (rest.length < missing.length && missing.subarray(0, rest.length).equals(rest)) return false;
    if (rest.subarray(0, missing.length).equals(missing)) {
      answers.push(null);
      rest = rest.subarray(missing.length);
      return true;
    }
    const end = rest.indexOf(0x0a);
    if (end < 0) return false;
    const [oid = "", type = "", size = ""] = rest.subarray(0, end).toString("utf8").split(" ");
    rest = rest.subarray(end + 1);
    // `<oid> submodule` of newer Gits: the commit of another repository, not an object of this one.
    if (!/^\d+$/.test(size)) {
      answers.push(null);
      return true;
    }
    const bytes = Number(size);
    body = { oid, type, size: bytes, left: bytes + 1, chunks: bytes > limit ? null : [] };
    return true;
  }

  function takeBody(current: NonNullable<typeof body>): boolean {
    const part = rest.subarray(0, current.left);
    current.chunks?.push(part);
    current.left -= part.length;
    rest = rest.subarray(part.length);
    if (current.left > 0) return false;
    const { oid, type, size, chunks } = current;
    // The body is followed by one newline that is not part of it.
    const object = chunks && { type, bytes: Buffer.concat(chunks).subarray(0, size) };
    answers.push({ oid, size, object });
    body = null;
    return true;
  }

  return { take, answers };
}
