// The connection of one remote: made when it is first needed, made anew after it was lost, and what its failures mean.
import { MvError } from "../../errors.ts";
import type { RemoteContext } from "../remote.ts";
import { addressArgs, type SshAddress } from "./address.ts";
import { openChannel } from "./channel.ts";
import { StatusError } from "./failures.ts";
import { STATUS } from "./packets.ts";
import { createSftp, type Sftp } from "./sftp.ts";

/** A store that was found at the other end. */
export interface Store {
  readonly name: string;
  /** Its path there. */
  readonly folder: string;
  /** The permission bits of its folder, which what is made in it gets; null where the server does not say. */
  readonly mode: number | null;
  readonly sftp: Sftp;
  /** Folders of the store that this connection has seen or made. */
  readonly made: Map<string, Promise<void>>;
  /** An error of a call as a user understands it. Asked for before anything is cleaned up: a full disk is full only until then. */
  explain(error: unknown): Promise<unknown>;
}

export interface Session {
  /** Runs work on the store; what the server refuses is thrown as MvError denied, no-space or unreachable. */
  use<T>(work: (store: Store) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function createSession(name: string, address: SshAddress, context: RemoteContext): Session {
  let connected: Promise<Store> | null = null;

  async function connect(): Promise<Store> {
    const sftp = await createSftp(await openChannel(name, address, context));
    const explain = (error: unknown): Promise<unknown> => meaning(error, name, address, sftp);
    try {
      const found = await sftp.stat(address.path);
      const folder = address.path;
      if (found?.kind === "folder") return { name, folder, mode: found.mode, sftp, made: new Map(), explain };
      throw noFolder(name, address, found === null ? "is not there" : "is not a folder");
    } catch (error) {
      await sftp.end();
      throw await explain(error);
    }
  }

  function start(): Promise<Store> {
    const connecting = connect();
    connected = connecting;
    // Those who waited for it fail with it; the next caller tries anew.
    connecting.catch(() => {
      if (connected === connecting) connected = null;
    });
    return connecting;
  }

  async function store(): Promise<Store> {
    const now = connected ?? start();
    const there = await now;
    if (!there.sftp.hasEnded()) return there;
    // Another caller may have connected anew meanwhile.
    if (connected === now) connected = null;
    return store();
  }

  return {
    async use(work) {
      const there = await store();
      try {
        return await work(there);
      } catch (error) {
        throw await there.explain(error);
      }
    },
    async close() {
      const now = connected;
      connected = null;
      const there = await now?.catch(() => null);
      await there?.sftp.end();
    },
  };
}

function noFolder(name: string, address: SshAddress, what: string): MvError {
  const typed = ["ssh", ...addressArgs(address).filter((word) => word !== "--")].join(" ");
  return new MvError("unreachable", `${name}: ${address.path} ${what} on ${address.host}`, {
    hint: `if it is to be a new store: ${typed} mkdir -p ${quoted(address.path)}`,
    details: { remote: name, path: address.path },
  });
}

function quoted(path: string): string {
  return /^[\w/.+-]+$/.test(path) ? path : `"'${path.replaceAll("'", "'\\''")}'"`;
}

/** A status as an MvError. "Failure" is all that version 3 says of a full or read-only disk, so the disk is asked. */
async function meaning(error: unknown, name: string, address: SshAddress, sftp: Sftp): Promise<unknown> {
  if (!(error instanceof StatusError)) return error;
  const { path, status, message } = error;
  const details = { remote: name, path };
  if (status === STATUS.noSuchFile) {
    return new MvError("unreachable", `${name}: ${path} is not there any more on ${address.host}`, {
      hint: "repeat the command",
      details,
      cause: error,
    });
  }
  const space = status === STATUS.failure ? await sftp.space(address.path).catch(() => null) : null;
  if (space !== null && !space.isReadOnly && space.free < sftp.block) {
    return new MvError("no-space", `${name}: ${path} cannot be written: the disk of ${address.host} is full`, {
      hint: "free some space there",
      details,
      cause: error,
    });
  }
  const words = space?.isReadOnly ? "the file system is read-only" : message;
  return new MvError("denied", `${name}: ${path} on ${address.host}: ${words}`, {
    hint: `check the permissions of ${address.path} there`,
    details,
    cause: error,
  });
}
