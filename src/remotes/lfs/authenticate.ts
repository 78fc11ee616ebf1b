// The LFS server of a host that is reached by ssh: `git-lfs-authenticate` there says where it is and how to be let in. Source: git-lfs,
// docs/api/authentication.md and server-discovery.md.
import { spawn } from "node:child_process";
import { isMvError, MvError } from "../../errors.ts";
import { sayable } from "../network.ts";
import type { RemoteContext } from "../remote.ts";
import { sshProgram } from "../ssh/command.ts";
import { mayFollow } from "../web/address.ts";
import type { SshPlace } from "./addresses.ts";
import { expiryOf, headersOf } from "./answer.ts";
import type { Operation } from "./batch.ts";

export interface Ticket {
  /** Null: where the address of the repository leads. */
  readonly base: URL | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970; Infinity: never. */
  readonly expires: number;
}

const MAX_BYTES = 64 * 1024;
/** Nobody is asked, and a key that is not known is never accepted. */
const OPTIONS = ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=30"];
/** What a shell takes for more than a word; a path of a forge has none. */
const PLAIN = /^[\w/.@%+~:,-]+$/;

/** Null where the host does not know the command. Throws MvError host-key, denied, unreachable with the words of ssh. */
export async function authenticate(
  name: string,
  place: SshPlace,
  operation: Operation,
  context: Pick<RemoteContext, "env" | "gitConfig">,
): Promise<Ticket | null> {
  const { program, args } = await sshProgram(context);
  const path = PLAIN.test(place.path) ? place.path : `'${place.path.replaceAll("'", "'\\''")}'`;
  const target = place.user === null ? place.host : `${place.user}@${place.host}`;
  const { status, stdout, stderr } = await run(name, program, context.env, [
    ...args,
    ...OPTIONS,
    ...(place.port === null ? [] : ["-p", String(place.port)]),
    "--",
    target,
    `git-lfs-authenticate ${path} ${operation}`,
  ]);
  if (status === 127 || /git-lfs-authenticate.*not found|unknown command/i.test(stderr)) return null;
  if (status !== 0) throw refused(name, place, status, stderr);
  return read(name, stdout);
}

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

function run(name: string, program: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("utf8");
      if (stdout.length > MAX_BYTES) child.kill();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-MAX_BYTES);
    });
    child.on("error", (cause) => {
      fail(new MvError("unreachable", `${name}: ${program} cannot be started: ${cause.message}`, { cause }));
    });
    child.on("close", (status) => done({ status, stdout, stderr }));
  });
}

function refused(name: string, place: SshPlace, status: number | null, stderr: string): MvError {
  const isKey = /Host key verification failed|HOST IDENTIFICATION HAS CHANGED|host key is known/i.test(stderr);
  // 255 is ssh's own; anything else is what the host's command said.
  const isSsh = status === 255 && !/Permission denied/i.test(stderr);
  const code = isKey ? "host-key" : isSsh ? "unreachable" : "denied";
  const isPassing = code === "unreachable" && /timed out|reset|closed|Broken pipe|Temporary failure/i.test(stderr);
  const words = sayable(stderr.trim().split("\n").slice(-2).join("; ")) || `ssh ended with status ${status}`;
  return new MvError(code, `${name}: ${place.host}: ${words}`, {
    hint: `ssh ${place.port === null ? "" : `-p ${place.port} `}${place.user === null ? "" : `${place.user}@`}${place.host}`,
    details: { remote: name, host: place.host, ...(isPassing ? { transient: true } : {}) },
  });
}

function read(name: string, stdout: string): Ticket {
  const answer = parse(stdout);
  const href = answer?.["href"];
  // From a host that ssh has proven: encrypted, or on this machine.
  const base = typeof href === "string" && href !== "" ? mayFollow(new URL("https://localhost"), href) : null;
  try {
    if (answer === null) throw new MvError("unreachable", "it is not JSON");
    if (base === null && typeof href === "string" && href !== "") {
      throw new MvError("unreachable", `${sayable(href)} is no address to follow`);
    }
    if (base !== null) base.pathname = base.pathname.replace(/\/+$/, "");
    return { base, headers: headersOf(answer["header"]), expires: expiryOf(answer) };
  } catch (error) {
    const why = isMvError(error) ? error.message : "it cannot be read";
    throw new MvError("unreachable", `${name}: the answer of git-lfs-authenticate is refused: ${why}`, {
      details: { remote: name },
      cause: error,
    });
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
