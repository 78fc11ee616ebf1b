// A store behind a web server, read-only: https://host/path with objects/ab/… below it, as a bucket's website or nginx serves them.
import { MvError } from "../errors.ts";
import { parseHttpUrl } from "./http/address.ts";
import { loginFor } from "./web/netrc.ts";
import { type Begun, receiveOverHttp } from "./http/receive.ts";
import { createSite } from "./http/site.ts";
import { filePath, objectPath } from "./layout.ts";
import type { Remote, RemoteContext, RemoteSettings } from "./remote.ts";
import { timeoutOf } from "./timeout.ts";
import { together } from "./together.ts";
import { isSafe } from "./web/address.ts";
import { createAgents } from "./web/agents.ts";
import { createWeb } from "./web/client.ts";
import { createProxies } from "./web/proxy.ts";
import { nodeTrust } from "./web/trust.ts";

const AT_ONCE = 16;

/**
 * Opens `https://host/path`. Nothing is asked of it before it is used. Credentials come from ~/.netrc, for that host only, and go
 * over TLS or to this machine only. Throws MvError usage for an address that cannot be one.
 */
export async function openHttp(name: string, settings: RemoteSettings, context: RemoteContext): Promise<Remote> {
  const base = parseHttpUrl(name, settings.url);
  const peer = { name, url: settings.url };
  const login = isSafe(base) ? loginFor(base.hostname, context.env) : null;
  const credentials =
    login === null ? null : `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
  const agents = createAgents({ trust: nodeTrust, proxies: createProxies(name, context) });
  const web = createWeb(peer, await timeoutOf(context), agents);
  const site = createSite(peer, base, web, credentials);
  const begun = new Map<string, Begun>();
  return {
    name,
    url: settings.url,
    abilities: { write: false, list: false, remove: false, files: true },
    async has(objects, signal) {
      const held = new Set<string>();
      await together(objects, { jobs: AT_ONCE, signal }, async ({ sha256, size }) => {
        if ((await site.sizeOf(objectPath(sha256), signal)) === size) held.add(sha256);
      });
      return held;
    },
    async receive(objects, options) {
      await together(objects, options, (object) => receiveOverHttp(site, begun, object, options));
    },
    async read(sha256, maxBytes) {
      const found = await site.readAll(objectPath(sha256), maxBytes);
      if (found === null || found === "too-big") return null;
      return found.mark === sha256 ? found.bytes : null;
    },
    async readFile(path, maxBytes) {
      const found = await site.readAll(filePath(path), maxBytes);
      if (found !== "too-big") return found;
      throw new MvError("invalid-file", `${name}: ${path} is larger than ${maxBytes} bytes`, { details: { path } });
    },
    ...readOnly(name, settings.url),
    close: async () => web.close(),
  };
}

/** What takes more than reading. */
function readOnly(
  name: string,
  url: string,
): Pick<Remote, "send" | "list" | "remove" | "writeFile" | "listFiles" | "removeFile"> {
  const refuse = (code: "denied" | "gc-refused", what: string): MvError =>
    new MvError(code, `${name}: ${url} is read-only over HTTP: ${what}`, {
      hint: "use the address that the store is written to: mv remote add",
      details: { remote: name },
    });
  const denied = async (what: string): Promise<never> => {
    throw refuse("denied", what);
  };
  return {
    send: () => denied("nothing can be sent"),
    list: () => ({
      [Symbol.asyncIterator]: () => ({ next: async () => Promise.reject(refuse("gc-refused", "it cannot be listed")) }),
    }),
    remove: async () => Promise.reject(refuse("gc-refused", "nothing can be removed")),
    async writeFile(path) {
      return denied(`${filePath(path)} cannot be written`);
    },
    listFiles: () => denied("it cannot be listed"),
    async removeFile(path) {
      return denied(`${filePath(path)} cannot be removed`);
    },
  };
}
