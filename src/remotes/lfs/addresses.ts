// Addresses of an LFS server: from that of a Git repository. Pure.
import { isHttp } from "../web/address.ts";

/** A host that is reached by ssh, and the repository there: `git-lfs-authenticate` says where its LFS server is. */
export interface SshPlace {
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
  readonly path: string;
}

/** What an address says of who asks. Only Git's config may hold a password. */
export interface Login {
  readonly username: string;
  readonly password: string | null;
}

export interface ServerAddress {
  /** Without a slash at its end, and without a login: fit for messages. */
  readonly base: URL;
  readonly login: Login | null;
  readonly ssh: SshPlace | null;
}

/** Whether an address of the settings is a Git LFS server's. */
export function isLfs(url: string): boolean {
  return /^lfs(?::|\+|$)/i.test(url);
}

/** The Git remote that `lfs` or `lfs:NAME` goes along with; null where the address names a server by itself. */
export function gitRemoteOf(url: string): string | null {
  const [, named] = /^lfs(?::(.*))?$/is.exec(url) ?? [null, null];
  return named === null ? null : named || "origin";
}

/**
 * The LFS server of a Git repository's address: the address and `.git/info/lfs` (git-lfs, docs/api/server-discovery.md); for
 * ssh the same path over HTTPS, unless the host says otherwise. Null for one that has none, such as a folder.
 */
export function serverOf(address: string): ServerAddress | null {
  // Git's remote helpers: ext::sh -c …
  if (/^[a-z0-9+.-]*::/i.test(address)) return null;
  const scp = /^(?:([^@/\s]+)@)?(\[[^\]\s]+\]|[^:/\s[\]]+):(?!\/\/)(.+)$/.exec(address);
  if (scp && !/^[a-z]$/i.test(scp[2] ?? "")) return overSsh(scp[1] ?? null, scp[2] ?? "", null, scp[3] ?? "");
  const url = parse(address.replace(/^(?:git\+ssh|ssh\+git):/i, "ssh:"));
  if (url === null || url.hostname === "") return null;
  if (url.protocol === "ssh:") {
    return overSsh(decode(url.username) || null, url.hostname, url.port === "" ? null : Number(url.port), url.pathname);
  }
  if (url.protocol === "git:") {
    return { base: infoLfs(new URL(`https://${url.hostname}${url.pathname}`)), login: null, ssh: null };
  }
  return isHttp(url) ? { base: infoLfs(bare(url)), login: loginOf(url), ssh: null } : null;
}

/** The server that `lfs.url` or an `lfs+…:` address names: as it is, or a repository's where it is ssh or ends in ".git". */
export function namedServer(address: string): ServerAddress | null {
  const url = parse(address);
  if (url === null || !isHttp(url) || /\.git\/?$/.test(url.pathname)) return serverOf(address);
  return { base: bare(url), login: loginOf(url), ssh: null };
}

function overSsh(user: string | null, host: string, port: number | null, path: string): ServerAddress | null {
  const unsafe = /^-|[\s\p{Cc}'"`$\\|;&<>(){}*?!#]/u;
  if ([user ?? "", host].some((word) => unsafe.test(word)) || /^-|[\p{Cc}]/u.test(path)) return null;
  const base = parse(`https://${host}/${path.replace(/^\/+/, "").split("/").map(encode).join("/")}`);
  if (base === null) return null;
  return {
    base: infoLfs(base),
    login: null,
    ssh: { user, host: host.replace(/^\[|\]$/g, ""), port, path: decode(path) },
  };
}

function infoLfs(url: URL): URL {
  const path = url.pathname.replace(/\/+$/, "");
  const made = new URL(url);
  made.pathname = `${path.endsWith(".git") ? path : `${path}.git`}/info/lfs`;
  return made;
}

function loginOf({ username, password }: URL): Login | null {
  return username === "" ? null : { username: decode(username), password: password === "" ? null : decode(password) };
}

/** Without what is no part of a place. */
function bare(url: URL): URL {
  const made = new URL(url);
  made.search = "";
  made.hash = "";
  made.username = "";
  made.password = "";
  made.pathname = made.pathname.replace(/\/+$/, "");
  return made;
}

function parse(text: string, base?: URL): URL | null {
  if (/[\p{Cc}\s]/u.test(text)) return null;
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

const encode = (part: string): string => encodeURIComponent(decode(part));

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
