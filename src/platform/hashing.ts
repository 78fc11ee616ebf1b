// SHA-256 (identity) and XXH64 (fingerprint) of bytes, in one pass. The only importer of xxhash-wasm.
import { createHash, hash } from "node:crypto";
import xxhash from "xxhash-wasm";

/** Lower-case hex: 64 and 16 digits. XXH64 with seed 0, big-endian, as xxhsum prints it. */
export interface Digests {
  sha256: string;
  xxh64: string;
}

/** Which hashes are wanted; the others come back as "". */
export type Want = "both" | "sha256" | "xxh64";

export interface RunningDigest {
  update(chunk: Uint8Array): void;
  finish(): Digests;
}

export interface Hashing {
  of(data: Uint8Array, want?: Want): Digests;
  start(want?: Want): RunningDigest;
  /** Of a small block, as a number. */
  xxh64(data: Uint8Array): bigint;
}

const hex = (value: bigint): string => value.toString(16).padStart(16, "0");

async function load(): Promise<Hashing> {
  const { create64, h64Raw } = await xxhash();
  return {
    of: (data, want = "both") => ({
      sha256: want === "xxh64" ? "" : hash("sha256", data, "hex"),
      xxh64: want === "sha256" ? "" : hex(h64Raw(data)),
    }),
    start(want = "both") {
      const sha = want === "xxh64" ? null : createHash("sha256");
      const xxh = want === "sha256" ? null : create64();
      return {
        update(chunk) {
          sha?.update(chunk);
          xxh?.update(chunk);
        },
        finish: () => ({ sha256: sha?.digest("hex") ?? "", xxh64: xxh ? hex(xxh.digest()) : "" }),
      };
    },
    xxh64: (data) => h64Raw(data),
  };
}

let loading: Promise<Hashing> | undefined;

/** The hash functions, compiled once per thread (9 ms). */
export function loadHashing(): Promise<Hashing> {
  loading ??= load();
  return loading;
}
