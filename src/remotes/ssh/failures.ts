// What ssh and the server say when something fails, as errors a user can understand.
import { MvError, type ErrorCode } from "../../errors.ts";
import { addressArgs, type SshAddress } from "./address.ts";
import { STATUS } from "./packets.ts";

/** The server's answer to one request where it is not ok. */
export class StatusError extends Error {
  readonly status: number;
  readonly path: string;

  constructor(status: number, words: string, path: string) {
    super(words === "" ? `status ${status}` : words);
    this.name = "StatusError";
    this.status = status;
    this.path = path;
  }
}

/** Whether a request failed because nothing is at its path. */
export function isAbsentThere(error: unknown): boolean {
  return error instanceof StatusError && error.status === STATUS.noSuchFile;
}

/** Whether a request failed for a reason that version 3 has no word for: it exists already, the disk is full, and others. */
export function isUnnamed(error: unknown): boolean {
  return error instanceof StatusError && error.status === STATUS.failure;
}

interface Sign {
  readonly words: RegExp;
  readonly code: ErrorCode;
  /** It may pass by itself. */
  readonly transient?: boolean;
  readonly hint?: (typed: string, address: SshAddress) => string;
}

const ASK_SSH = (typed: string): string => `${typed} -v, to see what is tried`;

/** In this order: a changed key is said before "Host key verification failed". The words are those of OpenSSH's client. */
const SIGNS: readonly Sign[] = [
  {
    words: /REMOTE HOST IDENTIFICATION HAS CHANGED|^Offending \S+ key/m,
    code: "host-key",
    hint: (_, { host, port }) =>
      "ask who runs the host whether its key was changed, and only then: " +
      `ssh-keygen -R ${port === null || port === 22 ? host : `'[${host}]:${port}'`}`,
  },
  {
    words: /Host key verification failed|host key is known for|authenticity of host/,
    code: "host-key",
    hint: (typed) => `${typed}, once, to compare its key with what its owner says and to accept it`,
  },
  { words: /Permission denied|Too many authentication failures|no mutual signature/i, code: "denied", hint: ASK_SSH },
  {
    words: /subsystem request failed/i,
    code: "denied",
    hint: () => "the server must offer SFTP (sshd_config: Subsystem sftp internal-sftp)",
  },
  { words: /Temporary failure in name resolution/i, code: "unreachable", transient: true, hint: ASK_SSH },
  {
    words: /timed out|Connection (?:reset|closed|to .* closed)|Broken pipe|kex_exchange|not responding/i,
    code: "unreachable",
    transient: true,
    hint: ASK_SSH,
  },
];

/** The error of an ssh that ended. `wasOpen`: it had reached the server, so that a new connection may well work. */
export function sshEnded(
  name: string,
  address: SshAddress,
  stderr: string,
  end: { status: number | null; signal: NodeJS.Signals | null; wasOpen: boolean },
): MvError {
  const said = stderr.trim();
  const sign = SIGNS.find(({ words }) => words.test(said));
  const how = end.signal === null ? `ssh ended with status ${end.status}` : `ssh was ended by ${end.signal}`;
  const words = lastLines(said) || how;
  const isTransient = end.wasOpen || sign?.transient === true;
  const isDropped = end.wasOpen && sign?.code !== "host-key";
  return new MvError(isDropped ? "unreachable" : (sign?.code ?? "unreachable"), `${name}: ${words}`, {
    hint: isDropped ? "repeat the command" : (sign?.hint ?? ASK_SSH)(typedSsh(address), address),
    details: { remote: name, host: address.host, ...(isTransient ? { transient: true } : {}) },
  });
}

/** The error of an ssh that could not be started. */
export function sshMissing(name: string, program: string, cause: Error): MvError {
  return new MvError("unreachable", `${name}: ${program} cannot be started: ${cause.message}`, {
    hint: "install the OpenSSH client, or name it in core.sshCommand",
    details: { remote: name },
    cause,
  });
}

/** `ssh -p 2222 -l ada host`, as a user types it. */
function typedSsh(address: SshAddress): string {
  return ["ssh", ...addressArgs(address).filter((word) => word !== "--")].join(" ");
}

/** Of a long complaint the end says what it comes to; one line, of a length that a message bears. */
function lastLines(said: string): string {
  const lines = said.split(/\r?\n/).filter((line) => /[\p{L}\p{N}]/u.test(line));
  return lines
    .slice(-2)
    .join("; ")
    .replaceAll(/\p{Cc}/gu, " ")
    .slice(-400);
}
