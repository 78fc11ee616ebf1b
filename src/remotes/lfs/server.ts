// The LFS server of a remote: found as stock git-lfs finds it, and asked with the credentials that it wants. Source: git-lfs,
// docs/api/server-discovery.md, authentication.md, docs/man/git-lfs-config.
import { MvError } from "../../errors.ts";
import type { Peer } from "../network.ts";
import type { GitAccess, RemoteContext } from "../remote.ts";
import { isLoopback, isSafe } from "../web/address.ts";
import type { Reply, Web } from "../web/client.ts";
import { gitRemoteOf, namedServer, serverOf, type ServerAddress } from "./addresses.ts";
import { authenticate, type Ticket } from "./authenticate.ts";
import { isOver } from "./answer.ts";
import type { Operation } from "./batch.ts";
import { type Credentials } from "./credentials.ts";

export interface Server {
  readonly web: Web;
  /** A question in JSON to the LFS server; `base` is where it is. The reply may be a refusal. */
  post(
    operation: Operation,
    path: string,
    question: object,
    options: { signal?: AbortSignal | undefined; ask: boolean },
  ): Promise<{ reply: Reply; base: URL }>;
  /**
   * Headers for a link of the server's that has none of its own: what it lets us in with, on its own host alone.
   */
  headersFor(operation: Operation, url: URL): Promise<Readonly<Record<string, string>>>;
}

const JSON_TYPE = "application/vnd.git-lfs+json";

/** Where the two operations go. Throws MvError usage where the address leads to no LFS server. */
export type Addresses = (operation: Operation) => Promise<ServerAddress>;

export function createServer(
  peer: Peer,
  addresses: Addresses,
  { web, credentials, context }: { web: Web; credentials: Credentials; context: RemoteContext },
): Server {
  const tickets = new Map<Operation, Promise<Ticket | null>>();

  async function ticketFor(operation: Operation, { ssh }: ServerAddress): Promise<Ticket | null> {
    if (ssh === null) return null;
    const known = await tickets.get(operation)?.catch(() => null);
    if (known === null || (known !== undefined && !isOver(known.expires))) return known;
    const fresh = authenticate(peer.name, ssh, operation, context);
    tickets.set(operation, fresh);
    fresh.catch(() => tickets.delete(operation));
    return fresh;
  }

  async function placeOf(operation: Operation): Promise<{ base: URL; ticket: Ticket | null }> {
    const address = await addresses(operation);
    credentials.login(address.base, address.login);
    const ticket = await ticketFor(operation, address);
    return { base: ticket?.base ?? address.base, ticket };
  }

  return {
    web,
    async post(operation, path, question, { signal, ask }) {
      const body = Buffer.from(JSON.stringify(question));
      let renewed = false;
      for (;;) {
        const { base, ticket } = await placeOf(operation);
        const url = new URL(base);
        url.pathname = `${base.pathname}/${path}`;
        const own = await credentials.known(url);
        const isTicketed = ticket !== null && hasAuthorization(ticket.headers);
        const headers = {
          Accept: JSON_TYPE,
          "Content-Type": JSON_TYPE,
          ...(isTicketed ? {} : own.headers),
          ...ticket?.headers,
        };
        const reply = await web.ask({ method: "POST", url, headers, body, signal });
        if (reply.status !== 401) {
          if (!isTicketed && reply.status < 400) await credentials.proven(own);
          return { reply, base };
        }
        const next = isTicketed ? !renewed && tickets.delete(operation) : await credentials.next(url, own, ask);
        if (!next) return { reply, base };
        renewed = true;
        reply.body.resume();
      }
    },
    async headersFor(operation, url) {
      const { base, ticket } = await placeOf(operation);
      if (url.origin !== base.origin) return {};
      return ticket !== null && hasAuthorization(ticket.headers)
        ? ticket.headers
        : (await credentials.known(url)).headers;
    },
  };
}

export function hasAuthorization(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
}

/** Reads the address of the settings: `lfs`, `lfs:NAME`, `lfs+https://…`, `lfs+http://…` on this machine, `lfs+ssh://…`. */
export function addressesOf(name: string, url: string, context: RemoteContext): Addresses {
  const own = /^lfs\+(https?|ssh):/i.test(url) ? namedServer(url.slice("lfs+".length)) : null;
  if (/^lfs\+/i.test(url)) {
    if (own === null) throw noServer(name, url, "it is no address of an LFS server");
    if (own.base.protocol === "http:" && !isLoopback(own.base)) {
      throw noServer(name, url, "without encryption only this machine is asked");
    }
    return async () => own;
  }
  const remote = gitRemoteOf(url) ?? "origin";
  if (/^-|[\s\p{Cc}]/u.test(remote)) throw noServer(name, url, "it names no Git remote");
  const found = new Map<Operation, Promise<ServerAddress>>();
  return (operation) => {
    const known = found.get(operation) ?? discover(name, remote, operation, context);
    found.set(operation, known);
    return known;
  };
}

async function discover(
  name: string,
  remote: string,
  operation: Operation,
  context: RemoteContext,
): Promise<ServerAddress> {
  const { git } = context;
  if (!git) throw noServer(name, `lfs:${remote}`, "there is no Git repository");
  const keys = [
    ...(operation === "upload" ? ["lfs.pushurl"] : []),
    "lfs.url",
    ...(operation === "upload" ? [`remote.${remote}.lfspushurl`] : []),
    `remote.${remote}.lfsurl`,
  ];
  for (const key of keys) {
    const value = (await context.gitConfig(key)) ?? (await committed(git, key));
    if (value === null || value === "") continue;
    const server = namedServer(value);
    if (server !== null) return server;
    throw noServer(name, key, "it names no LFS server", `git config --show-origin --get-all ${key}`);
  }
  const address = await git.remoteUrl(remote, operation);
  if (address === null) {
    throw noServer(name, `lfs:${remote}`, `Git has no remote ${remote}`, `git remote add ${remote} URL`);
  }
  const server = serverOf(address);
  if (server !== null) return server;
  throw noServer(
    name,
    `lfs:${remote}`,
    `Git's remote ${remote} is a folder or speaks no HTTP, so it has no LFS server`,
  );
}

/** What a stock client takes from .lfsconfig too; a committed file may not say where bytes are sent in the clear. */
async function committed(git: GitAccess, key: string): Promise<string | null> {
  if (key.endsWith("lfspushurl")) return null;
  const value = await git.lfsConfig(key);
  const server = value === null ? null : namedServer(value);
  return server !== null && isSafe(server.base) ? value : null;
}

function noServer(name: string, url: string, why: string, hint = "mv remote add --help"): MvError {
  return new MvError("usage", `remote ${name}: ${url}: ${why}`, { hint, details: { remote: name } });
}
