// One ssh process with the server's SFTP behind it: requests go out, answers come back by number, and its end fails what waits.
import { spawn } from "node:child_process";
import { MvError } from "../../errors.ts";
import type { RemoteContext } from "../remote.ts";
import { addressArgs, type SshAddress } from "./address.ts";
import { sshProgram } from "./command.ts";
import { sshEnded, sshMissing } from "./failures.ts";
import { createReader, createSplitter, PACKET, type Reader, u32 } from "./packets.ts";

const VERSION = 3;
/** Errors are at the end of what ssh says. */
const STDERR_MAX = 16 * 1024;
const CLOSE_WAIT_MS = 2000;
/** A multiplexing ssh that goes on in the background keeps our pipes open behind its own end. */
const LAST_WORDS_MS = 300;

/**
 * The user's config decides how a host is reached and who the user is. Not these: nobody is asked, a key that is not known is
 * never accepted, nothing but the subsystem runs, and a dead connection ends within a minute.
 */
const OPTIONS = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "RemoteCommand=none",
  "RequestTTY=no",
  "PermitLocalCommand=no",
  "ForwardAgent=no",
  "ForwardX11=no",
  "ClearAllForwardings=yes",
  "ConnectTimeout=30",
  "ServerAliveInterval=15",
  "ServerAliveCountMax=3",
  "LogLevel=ERROR",
];

export interface Answer {
  readonly type: number;
  readonly body: Reader;
}

export interface Channel {
  /** Names of the server's extensions, with their versions. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Sends a request; the parts are its body behind the number. Rejects with MvError once the connection has ended. */
  request(type: number, parts: readonly Uint8Array[]): Promise<Answer>;
  hasEnded(): boolean;
  /** Lets the server finish what it was asked, then ends. Never fails. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Connects. Throws MvError host-key, denied, unreachable with the words of ssh. */
export async function openChannel(name: string, address: SshAddress, context: RemoteContext): Promise<Channel> {
  const { program, args } = await sshProgram(context);
  const child = spawn(
    program,
    [...args, ...OPTIONS.flatMap((option) => ["-o", option]), "-s", ...addressArgs(address), "sftp"],
    {
      env: context.env,
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      // Not in our process group: Ctrl-C ends us, and we let the server take away what is half there.
      detached: process.platform !== "win32",
    },
  );
  const waiting = new Map<number, Waiting>();
  let [stderr, count, isOpen] = ["", 0, false];
  let ended: unknown = null;
  let hello: Waiting | null = null;
  let onGone = (): void => undefined;
  const gone = new Promise<void>((resolve) => (onGone = resolve));

  function end(error: unknown): void {
    if (ended !== null) return;
    ended = error;
    hello?.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    child.kill();
  }

  const split = createSplitter((type, body) => {
    const reader = createReader(body);
    if (type === PACKET.version) return hello?.resolve({ type, body: reader });
    const id = reader.u32();
    const asked = waiting.get(id);
    if (!asked) throw new MvError("unreachable", "the server answers what was not asked");
    waiting.delete(id);
    asked.resolve({ type, body: reader });
  });

  child.stdout.on("data", (chunk: Buffer) => {
    if (ended !== null) return;
    try {
      split(chunk);
    } catch (error) {
      end(inWords(name, error));
    }
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-STDERR_MAX);
  });
  // Its end says why; the broken pipe adds nothing.
  child.stdin.on("error", () => undefined);
  child.on("error", (cause) => {
    end(sshMissing(name, program, cause));
    onGone();
  });
  const onEnd = (status: number | null, signal: NodeJS.Signals | null): void => {
    end(sshEnded(name, address, stderr, { status, signal, wasOpen: isOpen }));
    onGone();
  };
  child.on("close", onEnd);
  child.on("exit", (status, signal) => setTimeout(onEnd, LAST_WORDS_MS, status, signal).unref());

  function send(type: number, parts: readonly Uint8Array[]): void {
    const length = parts.reduce((sum, part) => sum + part.length, 1);
    child.stdin.cork();
    child.stdin.write(Buffer.concat([u32(length), Buffer.of(type)]));
    for (const part of parts) child.stdin.write(part);
    child.stdin.uncork();
  }

  const greeted = new Promise<Answer>((resolve, reject) => (hello = { resolve, reject }));
  send(PACKET.init, [u32(VERSION)]);
  const { body } = await greeted;
  const version = body.u32();
  if (version < VERSION) {
    end(new MvError("unreachable", `${name}: the server speaks SFTP ${version}, and ${VERSION} is needed`));
    throw ended;
  }
  isOpen = true;
  const extensions = new Map<string, string>();
  while (!body.isAtEnd()) extensions.set(body.text(), body.text());

  return {
    extensions,
    request: (type, parts) =>
      new Promise((resolve, reject) => {
        if (ended !== null) return reject(ended);
        const id = (count = (count + 1) % 0x1_0000_0000);
        waiting.set(id, { resolve, reject });
        send(type, [u32(id), ...parts]);
      }),
    hasEnded: () => ended !== null,
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_WAIT_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** What went wrong on our side of the wire, with the remote's name in front. */
function inWords(name: string, error: unknown): unknown {
  if (!(error instanceof MvError)) return error;
  return new MvError(error.code, `${name}: ${error.message}`, {
    hint: error.hint,
    details: { remote: name },
    cause: error,
  });
}
