// The wire format of SFTP version 3 (draft-ietf-secsh-filexfer-02) and OpenSSH's extensions to it (its file PROTOCOL). Pure.
import { MvError } from "../../errors.ts";

export const PACKET = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  stat: 17,
  rename: 18,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 200,
  extendedReply: 201,
} as const;

export const STATUS = { ok: 0, eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

export const OPEN = { read: 1, write: 2, create: 8, truncate: 16, exclusive: 32 } as const;

/** No answer that we ask for is longer: what says it is, is not SFTP. */
export const ANSWER_MAX_BYTES = 1024 * 1024;

const HAS = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x80000000 } as const;
const TYPE_MASK = 0o170000;

/** What a server says of a file. Null is what it does not say. */
export interface Attributes {
  readonly size: number | null;
  readonly kind: "file" | "folder" | "other" | null;
  /** Permission bits. */
  readonly mode: number | null;
  /** Seconds since 1970. */
  readonly modified: number | null;
}

export function u32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

export function u64(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}

/** A string of the protocol: its length, then its bytes; text as UTF-8. */
export function text(value: string | Uint8Array): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([u32(bytes.length), bytes]);
}

/** Attributes that set the permission bits, or none. */
export function modeOnly(mode: number | null): Buffer {
  return mode === null ? u32(0) : Buffer.concat([u32(HAS.permissions), u32(mode)]);
}

/** Reads one answer from front to back. Throws MvError unreachable where it ends too early. */
export interface Reader {
  u32(): number;
  /** Infinity above 2^53 - 1: no file of ours is that long. */
  u64(): number;
  bytes(): Buffer;
  text(): string;
  attributes(): Attributes;
  isAtEnd(): boolean;
}

export function createReader(buffer: Buffer): Reader {
  let at = 0;
  function take(length: number): Buffer {
    if (length > buffer.length - at) throw notSftp("an answer ends too early");
    at += length;
    return buffer.subarray(at - length, at);
  }
  const reader: Reader = {
    u32: () => take(4).readUInt32BE(),
    u64() {
      const value = take(8).readBigUInt64BE();
      return value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
    },
    bytes: () => take(reader.u32()),
    text: () => reader.bytes().toString("utf8"),
    attributes() {
      const flags = reader.u32();
      const size = flags & HAS.size ? reader.u64() : null;
      if (flags & HAS.owner) take(8);
      const mode = flags & HAS.permissions ? reader.u32() : null;
      const modified = flags & HAS.times ? take(8).readUInt32BE(4) : null;
      if ((flags & HAS.extended) !== 0) for (let left = reader.u32() * 2; left > 0; left--) reader.bytes();
      return { size, kind: mode === null ? null : kindOf(mode), mode: mode === null ? null : mode & 0o7777, modified };
    },
    isAtEnd: () => at === buffer.length,
  };
  return reader;
}

function kindOf(mode: number): Attributes["kind"] {
  const type = mode & TYPE_MASK;
  if (type === 0o100000) return "file";
  if (type === 0o040000) return "folder";
  return type === 0 ? null : "other";
}

/** Cuts what comes over the wire into packets. Throws MvError unreachable for a length that no answer has. */
export function createSplitter(onPacket: (type: number, body: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  let wanted = 4;
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length >= wanted) {
      // Joined only once there is enough: joining at every chunk would cost the square of a packet.
      const joined = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      const size = joined.readUInt32BE();
      if (size < 1 || size > ANSWER_MAX_BYTES) throw notSftp("the server's answer is not SFTP", joined);
      wanted = 4 + size;
      chunks = [joined];
      if (length < wanted) return;
      onPacket(joined.readUInt8(4), joined.subarray(5, wanted));
      const rest = joined.subarray(wanted);
      chunks = rest.length === 0 ? [] : [rest];
      length = rest.length;
      wanted = 4;
    }
  };
}

/** A login shell that prints something before the server speaks is the usual reason: its text stands where a length should. */
function notSftp(why: string, start?: Buffer): MvError {
  const said = start?.subarray(0, 60).toString("utf8") ?? "";
  const isText = /^[\t\r\n\x20-\x7e]{4}/.test(said);
  return new MvError("unreachable", isText ? `${why}: it begins with ${JSON.stringify(said)}` : why, {
    hint: isText ? "let the login shell there (.bashrc) print nothing where it is not interactive" : undefined,
  });
}
