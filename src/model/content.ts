// A model's content: one hash for its list of artifacts, and when two lists are the same bytes.
import { createHash } from "node:crypto";
import { compareBytes } from "./paths.ts";

/** SHA-256, 64 lower-case hex digits. */
export type Sha = string;

/** An artifact or a dataset as records and release tags list it. */
export interface Artifact {
  /** From the repository's root. */
  path: string;
  kind: "file" | "directory" | "external";
  /** Of the bytes; of the manifest where the artifact is a folder. */
  sha256: Sha;
  /** Bytes in all. */
  size: number;
}

const SHA = /^[0-9a-f]{64}$/;

export function isSha(text: string): boolean {
  return SHA.test(text);
}

/**
 * The content of a list of artifacts: the hex SHA-256 of the lines that `sha256sum` prints for them, sorted by the bytes of
 * the path. Without the "sha256:" that records and tags put before it.
 */
export function contentOf(artifacts: readonly { path: string; sha256: string }[]): Sha {
  const hash = createHash("sha256");
  for (const { path, sha256 } of artifacts.toSorted((a, b) => compareBytes(a.path, b.path))) {
    hash.update(lineOf(sha256, path));
  }
  return hash.digest("hex");
}

/** `sha256sum` marks a line by a backslash where it had to escape the name, so that a name cannot pass for two lines. */
function lineOf(sha256: Sha, path: string): string {
  if (!/[\\\n\r]/.test(path)) return `${sha256}  ${path}\n`;
  const escaped = path.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `\\${sha256}  ${escaped}\n`;
}

interface Bytes {
  readonly path: string;
  readonly sha256: string;
}

/**
 * Whether two lists of artifacts are one content: equal hashes at every common path, and the rest equal as multisets of hashes.
 * So a rename keeps a content; a swap, an addition and a removal do not.
 */
export function sameContent(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  if (a.length !== b.length) return false;
  const hashes = new Map(b.map((artifact) => [artifact.path, artifact.sha256]));
  const rest = new Map<string, number>();
  for (const { path, sha256 } of a) {
    const other = hashes.get(path);
    if (other === undefined) rest.set(sha256, (rest.get(sha256) ?? 0) + 1);
    else if (other !== sha256) return false;
    else hashes.delete(path);
  }
  for (const sha256 of hashes.values()) {
    const left = rest.get(sha256) ?? 0;
    if (left === 0) return false;
    rest.set(sha256, left - 1);
  }
  return true;
}
