// ssh://user@host:port/path as Git reads it, and never anything that ssh or a ProxyCommand's shell could take for more than a name.
import { MvError } from "../../errors.ts";

export interface SshAddress {
  readonly user: string | null;
  /** A name, an address, or a Host of the user's ssh config. */
  readonly host: string;
  readonly port: number | null;
  /** Absolute, or relative to the home folder there (`ssh://host/~/models`). */
  readonly path: string;
}

/** What no name has and a shell takes for more (ssh puts %h and %r into the commands of a user's config). */
const UNSAFE = /[\s\p{Cc}'"`$\\|;&<>(){}*?!#/@]/u;

/** Reads the address of a remote. Throws MvError usage, naming the remote, for one that is not `ssh://[user@]host[:port]/path`. */
export function parseSshUrl(name: string, url: string): SshAddress {
  const [, user, bracketed, plain, port, rest] =
    /^ssh:\/\/(?:([^@/]*)@)?(?:\[([^\]/]*)\]|([^:/[\]]*))(?::(\d*))?(\/.*)?$/is.exec(url) ?? [];
  const host = decode(bracketed ?? plain ?? "");
  const login = user === undefined ? null : decode(user);
  const path = decode(rest ?? "");
  const number = port === undefined || port === "" ? null : Number(port);
  const why =
    wrongName("host", host) ??
    (login === null ? null : wrongName("user", login)) ??
    (number !== null && (number < 1 || number > 65_535) ? `there is no port ${port}` : null) ??
    wrongPath(path);
  if (why !== null) {
    throw new MvError("usage", `remote ${name}: ${url}: ${why}`, { hint: "ssh://user@host/path/of/the/store" });
  }
  return { user: login, host, port: number, path: path.replace(/^\/~\/+/, "").replace(/(?<=.)\/+$/, "") };
}

/** The address as ssh takes it on a command line; behind it nothing is an option any more. */
export function addressArgs({ user, host, port }: SshAddress): string[] {
  return [...(port === null ? [] : ["-p", String(port)]), ...(user === null ? [] : ["-l", user]), "--", host];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone % is no escape: it is meant.
    return part;
  }
}

function wrongName(what: string, value: string): string | null {
  if (value === "") return `the ${what} is missing`;
  if (value.startsWith("-")) return `the ${what} starts with '-'`;
  return UNSAFE.test(value) ? `the ${what} has a character that no ${what} has` : null;
}

function wrongPath(path: string): string | null {
  if (path === "" || path === "/") return "the path of the store is missing";
  if (/\p{Cc}/u.test(path)) return "the path has a control character";
  if (path === "/~" || path === "/~/") return "the home folder itself is no place for a store";
  return path.startsWith("/~") && !path.startsWith("/~/") ? "another user's home folder cannot be named" : null;
}
