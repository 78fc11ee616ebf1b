// The calls of SFTP that a store needs, each one request. Statuses other than ok are thrown as StatusError.
import type { Answer, Channel } from "./channel.ts";
import { StatusError } from "./failures.ts";
import { type Attributes, modeOnly, PACKET, STATUS, text, u32, u64 } from "./packets.ts";

/** What every server takes (the draft's section 3), where it does not say more. */
const SAFE_BLOCK = 32 * 1024;
/** OpenSSH takes packets of 256 KiB, header included. */
const MOST_BLOCK = 255 * 1024;

export interface Entry {
  readonly name: string;
  readonly attributes: Attributes;
}

export interface Handle {
  readonly id: Buffer;
  readonly path: string;
}

export interface Space {
  /** Bytes that this user may still write. */
  readonly free: number;
  readonly isReadOnly: boolean;
}

export interface Sftp {
  /** Bytes in one read or write. */
  readonly block: number;
  /** Whether what `sync` was given survives the server's power cut. */
  readonly canSync: boolean;
  /** Whether a rename replaces what is there in one step. */
  readonly canReplace: boolean;
  readonly canLink: boolean;
  open(path: string, flags: number, mode?: number): Promise<Handle>;
  close(handle: Handle): Promise<void>;
  /** Null at the end of the file; may be short. */
  read(handle: Handle, at: number, length: number): Promise<Buffer | null>;
  write(handle: Handle, at: number, data: Uint8Array): Promise<void>;
  sync(handle: Handle): Promise<void>;
  sizeOf(handle: Handle): Promise<number | null>;
  setMode(handle: Handle, mode: number): Promise<void>;
  setModeAt(path: string, mode: number): Promise<void>;
  /** Of the path itself, a link not followed; null where nothing is there. */
  lstat(path: string): Promise<Attributes | null>;
  stat(path: string): Promise<Attributes | null>;
  makeFolder(path: string): Promise<void>;
  /** All names but "." and "..", in portions; nothing where the folder is absent. */
  entries(path: string): AsyncIterable<Entry[]>;
  remove(path: string): Promise<void>;
  /** Replaces what is at `to` where `canReplace`, else fails. */
  rename(from: string, to: string): Promise<void>;
  /** A second name. Fails where `to` exists. */
  link(from: string, to: string): Promise<void>;
  /** Of the disk that holds a path; null where the server does not say. */
  space(path: string): Promise<Space | null>;
  hasEnded(): boolean;
  end(): Promise<void>;
}

export async function createSftp(channel: Channel): Promise<Sftp> {
  const has = (name: string, version: string): boolean => channel.extensions.get(name) === version;
  const canReplace = has("posix-rename@openssh.com", "1");
  const canSync = has("fsync@openssh.com", "1");
  const canTell = has("statvfs@openssh.com", "2");

  async function ask(
    type: number,
    path: string,
    parts: readonly Uint8Array[],
    wanted: number,
  ): Promise<Answer["body"]> {
    const { type: got, body } = await channel.request(type, parts);
    if (got === wanted && got !== PACKET.status) return body;
    const status = got === PACKET.status ? body.u32() : STATUS.failure;
    if (wanted === PACKET.status && status === STATUS.ok) return body;
    throw new StatusError(status, got === PACKET.status && !body.isAtEnd() ? body.text() : "", path);
  }
  const done = async (type: number, path: string, ...parts: Uint8Array[]): Promise<void> => {
    await ask(type, path, parts, PACKET.status);
  };
  const opened = async (type: number, path: string, ...parts: Uint8Array[]): Promise<Handle> => ({
    id: Buffer.from((await ask(type, path, [text(path), ...parts], PACKET.handle)).bytes()),
    path,
  });
  async function look(type: number, path: string): Promise<Attributes | null> {
    try {
      return (await ask(type, path, [text(path)], PACKET.attributes)).attributes();
    } catch (error) {
      if (error instanceof StatusError && error.status === STATUS.noSuchFile) return null;
      throw error;
    }
  }
  /** Null where the answer is the end of what there is. */
  async function unlessEnd(
    type: number,
    path: string,
    parts: Uint8Array[],
    wanted: number,
  ): Promise<Answer["body"] | null> {
    try {
      return await ask(type, path, parts, wanted);
    } catch (error) {
      if (error instanceof StatusError && error.status === STATUS.eof) return null;
      throw error;
    }
  }

  const sftp: Sftp = {
    block: await blockOf(channel),
    canSync,
    canReplace,
    canLink: has("hardlink@openssh.com", "1"),
    open: (path, flags, mode) => opened(PACKET.open, path, u32(flags), modeOnly(mode ?? null)),
    close: (handle) => done(PACKET.close, handle.path, text(handle.id)),
    async read(handle, at, length) {
      const parts = [text(handle.id), u64(at), u32(length)];
      const bytes = (await unlessEnd(PACKET.read, handle.path, parts, PACKET.data))?.bytes() ?? null;
      // More than was asked for would run over what comes next.
      return bytes === null || bytes.length <= length ? bytes : bytes.subarray(0, length);
    },
    write: (handle, at, data) => done(PACKET.write, handle.path, text(handle.id), u64(at), u32(data.length), data),
    sync: (handle) => done(PACKET.extended, handle.path, text("fsync@openssh.com"), text(handle.id)),
    async sizeOf(handle) {
      return (await ask(PACKET.fstat, handle.path, [text(handle.id)], PACKET.attributes)).attributes().size;
    },
    setMode: (handle, mode) => done(PACKET.fsetstat, handle.path, text(handle.id), modeOnly(mode)),
    setModeAt: (path, mode) => done(PACKET.setstat, path, text(path), modeOnly(mode)),
    lstat: (path) => look(PACKET.lstat, path),
    stat: (path) => look(PACKET.stat, path),
    makeFolder: (path) => done(PACKET.mkdir, path, text(path), modeOnly(null)),
    async *entries(path) {
      let handle: Handle;
      try {
        handle = await opened(PACKET.opendir, path);
      } catch (error) {
        if (error instanceof StatusError && error.status === STATUS.noSuchFile) return;
        throw error;
      }
      try {
        for (;;) {
          const body = await unlessEnd(PACKET.readdir, path, [text(handle.id)], PACKET.name);
          if (body === null) return;
          yield namesIn(body);
        }
      } finally {
        await sftp.close(handle);
      }
    },
    remove: (path) => done(PACKET.remove, path, text(path)),
    rename: (from, to) =>
      canReplace
        ? done(PACKET.extended, to, text("posix-rename@openssh.com"), text(from), text(to))
        : done(PACKET.rename, to, text(from), text(to)),
    link: (from, to) => done(PACKET.extended, to, text("hardlink@openssh.com"), text(from), text(to)),
    async space(path) {
      if (!canTell) return null;
      const body = await ask(PACKET.extended, path, [text("statvfs@openssh.com"), text(path)], PACKET.extendedReply);
      const [, unit = 0, , , available = 0, , , , , flags = 0] = Array.from({ length: 11 }, () => body.u64());
      return { free: unit * available, isReadOnly: (flags & 1) === 1 };
    },
    hasEnded: channel.hasEnded,
    end: channel.close,
  };
  return sftp;
}

function namesIn(body: Answer["body"]): Entry[] {
  const found: Entry[] = [];
  for (let left = body.u32(); left > 0; left--) {
    const name = body.text();
    // The line of `ls -l` that comes with it is for people.
    body.bytes();
    const attributes = body.attributes();
    if (name !== "." && name !== "..") found.push({ name, attributes });
  }
  return found;
}

async function blockOf(channel: Channel): Promise<number> {
  if (channel.extensions.get("limits@openssh.com") !== "1") return SAFE_BLOCK;
  const { type, body } = await channel.request(PACKET.extended, [text("limits@openssh.com")]);
  if (type !== PACKET.extendedReply) return SAFE_BLOCK;
  const [, most = 0, write = 0] = [body.u64(), body.u64(), body.u64()];
  // 0 is "no limit of its own".
  const limits = [most, write].map((limit) => (limit === 0 ? MOST_BLOCK : limit));
  return Math.max(1024, Math.min(MOST_BLOCK, ...limits));
}
