// The stores of a source, one after the other, and the manifests that are read from them.
import { isMvError, MvError } from "../../errors.ts";
import type { Sha } from "../../model/content.ts";
import { MANIFEST_MAX_BYTES, type ManifestEntry, parseManifest } from "../../model/manifest.ts";
import type { Remote } from "../../remotes/remote.ts";
import type { Source } from "./source.ts";

/** What another store may make good. */
const PASSED_OVER: ReadonlySet<string> = new Set(["unreachable", "denied", "host-key", "object-missing"]);

/** The next store is opened only where the ones before it do not suffice. */
export interface Stores {
  /** Asks each in turn until `use` says that it is enough. Returns what kept a store from answering. */
  each(use: (remote: Remote) => Promise<boolean>): Promise<MvError[]>;
  /** The files of a folder, with paths from the repository's root; read once. Throws object-missing, invalid-file. */
  filesOf(folder: { path: string; sha256: Sha }): Promise<ManifestEntry[]>;
}

export function createStores({ remotes }: Pick<Source, "remotes">): Stores {
  const opened = new Map<number, Remote>();
  const known = new Map<string, ManifestEntry[]>();

  const each: Stores["each"] = async (use) => {
    const failures: MvError[] = [];
    for (const [at, open] of remotes.entries()) {
      try {
        const remote = opened.get(at) ?? (await open());
        opened.set(at, remote);
        if (await use(remote)) break;
      } catch (error) {
        if (!isMvError(error) || !PASSED_OVER.has(error.code)) throw error;
        failures.push(error);
      }
    }
    return failures;
  };

  return {
    each,
    async filesOf({ path, sha256 }) {
      const key = `${sha256} ${path}`;
      const before = known.get(key);
      if (before) return before;
      let manifest: Buffer | null = null;
      const failures = await each(async (remote) => {
        manifest = await remote.read(sha256, MANIFEST_MAX_BYTES);
        return manifest !== null;
      });
      if (manifest === null) throw missing(path, sha256, failures);
      const files = parseManifest(manifest, path).files.map((entry) => ({ ...entry, path: `${path}/${entry.path}` }));
      known.set(key, files);
      return files;
    },
  };
}

/** What to throw for an object that no store gave: what kept a store from answering, else that none has it. */
export function missing(path: string, sha256: Sha, failures: readonly MvError[]): MvError {
  const [failure] = failures;
  if (failure && failure.code !== "object-missing") return failure;
  return new MvError("object-missing", `${path}: no store has its bytes (${sha256.slice(0, 8)})`, {
    hint: "mv push, where it was added",
    details: { path, sha256 },
  });
}
