// A shared store that holds objects under the names the cache gives them. One file per scheme implements this.

export interface Remote {
  /** The given objects that it holds, each confirmed by asking it. Throws MvError unreachable. */
  has(objects: readonly string[]): Promise<string[]>;
  /** An object's bytes, checked against its name; null where it does not hold it, or holds other or more bytes. */
  read(sha256: string, maxBytes: number): Promise<Buffer | null>;
}

/** A remote as .mversion.yaml describes it. */
export interface RemoteSettings {
  url: string;
}
