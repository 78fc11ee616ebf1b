// What a shared store can do. One file per scheme implements this; test/contracts/remote.ts is the suite that each passes.
import type { MvError } from "../errors.ts";

/** One file's bytes in a store. Size in bytes. */
export interface ObjectRef {
  readonly sha256: string;
  readonly size: number;
}

/**
 * An object and a local file. Sending, the file that holds the bytes. Receiving, a file that may hold a first part of them
 * already (the remote goes on where it can, else starts again), and holds all of them when it is done.
 */
export interface Transfer extends ObjectRef {
  readonly file: string;
}

export interface TransferOptions {
  /** How many objects at once. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  /** Sending: write over what is there, whole or absent at any time, although it has the right size; for rotten objects. */
  readonly replace?: boolean | undefined;
  /** Bytes that went over the wire; negative where a part has to be repeated. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /**
   * Whole on the other side: sending, the remote confirmed it; receiving, all bytes are in the file, not yet compared with the
   * name. `sha256`: of the bytes in the file, where they were hashed while they were written; whoever wants them need not read
   * them again.
   */
  readonly onDone?: ((object: Transfer, sha256?: string) => void) | undefined;
  /** Sending: the caller has asked just now, and the remote had none of these; it need not be asked again before. */
  readonly areLacking?: boolean | undefined;
}

/** What a remote cannot do at all throws MvError denied, or gc-refused for `list` and `remove`. */
export interface Abilities {
  readonly write: boolean;
  readonly list: boolean;
  readonly remove: boolean;
  /** Named files with conditional writes: mversion.json, models/… */
  readonly files: boolean;
}

/** A named file as it was read; `mark` tells this state of it from every other, for a conditional write. */
export interface MarkedFile {
  readonly bytes: Buffer;
  readonly mark: string;
  /** When it was written, by the store's own clock, no finer than its seconds; null where the store does not tell. */
  readonly modified: Date | null;
}

/** An upload of an object that was begun and is neither ended nor taken back. */
export interface UnfinishedUpload {
  readonly sha256: string;
  /** The store's own word for it. */
  readonly id: string;
  /** By the store's clock. */
  readonly begun: Date;
}

export interface UnfinishedUploads {
  /** All of them; null where this key may not ask. */
  list(): Promise<readonly UnfinishedUpload[] | null>;
  /** One that is gone is no failure. Whoever goes on with it finds that out, and begins anew. */
  abort(upload: UnfinishedUpload): Promise<void>;
}

/**
 * A shared store. Every method throws MvError: unreachable, denied, host-key, too-big, no-space, bytes-wrong, object-missing,
 * interrupted (the signal). A failure that may pass by itself has `details: {transient: true, retryAfterMs?}` and is repeated
 * by retry.ts, so that no scheme repeats by itself. Calls may run concurrently.
 */
export interface Remote {
  /** In the settings. */
  readonly name: string;
  /** For messages: without a secret. */
  readonly url: string;
  readonly abilities: Abilities;
  /** The SHA-256 of those that it holds, of the right size, each confirmed by asking it now. */
  has(objects: readonly ObjectRef[], signal?: AbortSignal): Promise<ReadonlySet<string>>;
  /**
   * Each object is whole or absent on the remote, after a kill too. One that is there already is left as it is (and told by
   * onDone), unless `replace` is given; where the remote cannot do that, denied. A file that does not hold the object's bytes is refused with bytes-wrong. Rejects with the first failure once
   * the others under way have ended; what is done was told by onDone.
   */
  send(objects: readonly Transfer[], options: TransferOptions): Promise<void>;
  /**
   * Rejects as `send` does; with object-missing (`details.sha256`) where the remote lacks one, with bytes-wrong where what it
   * has is of another size. The bytes are unchecked: the caller hashes them.
   */
  receive(objects: readonly Transfer[], options: TransferOptions): Promise<void>;
  /** A small object's bytes, checked against its name; null where absent, other or more bytes. */
  read(sha256: string, maxBytes: number): Promise<Buffer | null>;
  /** All objects, in no order. Names that are no object's are left out. */
  list(): AsyncIterable<ObjectRef & { readonly modified: Date }>;
  /** Removes objects; one that is absent is no failure. */
  remove(sha256s: readonly string[]): Promise<void>;
  /** Where the store keeps the parts of uploads apart from its objects, for whoever cleans it. */
  readonly unfinished?: UnfinishedUploads | undefined;
  /** A named file, `path` relative to the store: "mversion.json". Null where absent; invalid-file above `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<MarkedFile | null>;
  /**
   * Writes a named file, whole or absent. `expect`: the mark that it must still have; null: it must not exist; undefined:
   * whatever is there. Resolves false where the condition does not hold: of several writers with one mark, one wins.
   */
  writeFile(path: string, bytes: Uint8Array, expect?: string | null): Promise<boolean>;
  /** The named files anywhere below a folder, sorted, as paths relative to the store. Empty where there is none. */
  listFiles(folder: string): Promise<string[]>;
  /** One that is absent is no failure. */
  removeFile(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A remote as .mversion.yaml describes it. */
export interface RemoteSettings {
  readonly url: string;
  /** Of an S3 server that is not Amazon's. */
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly path_style: boolean;
}

/** What a remote that goes along with a Git host may ask of the repository's Git. */
export interface GitAccess {
  /** The address of a Git remote, rewritten as Git does it, for sending or receiving; null where there is none of that name. */
  remoteUrl(remote: string, operation: "upload" | "download"): Promise<string | null>;
  /** A value that Git's config has for an address: of `http.extraHeader`, also one of `http.<address>.extraHeader`. */
  configFor(key: string, url: string): Promise<string | null>;
  /** A value of the committed file .lfsconfig: anybody's. */
  lfsConfig(key: string): Promise<string | null>;
  /**
   * Asks the user's credential helpers (`git credential`), and with `ask` a person at a terminal. Null where they have nothing,
   * and for approve and reject.
   */
  credential(
    verb: "fill" | "approve" | "reject",
    fields: Readonly<Record<string, string>>,
    ask?: boolean,
  ): Promise<Readonly<Record<string, string>> | null>;
  /** Size in bytes of an object, as its LFS pointer on refs/mversion/lfs of a Git remote has it; null where there is none. */
  pointerSize(remote: string, sha256: string): Promise<number | null>;
}

/** What opening a remote may use of this machine. operations/remotes.ts makes it. */
export interface RemoteContext {
  /** The top of the working tree: relative paths count from there. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** A value of Git's config, which no committed file can set; null where there is none. */
  gitConfig(key: string): Promise<string | null>;
  /** Absent where there is no repository. */
  readonly git?: GitAccess;
  /** Told before a passing failure is waited for and tried again. */
  readonly onRetry?: (error: MvError, waitMs: number) => void;
}

export type OpenRemote = (name: string, settings: RemoteSettings, context: RemoteContext) => Promise<Remote>;
