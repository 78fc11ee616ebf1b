// Connections that are kept: through the proxy that is set for a host, trusting what this machine is told to trust.
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Proxies } from "./proxy.ts";
import type { Trust } from "./trust.ts";

export interface Agents {
  /** Those to the host of an address. Throws MvError unreachable or usage for a setting that cannot be used. */
  of(url: URL): Promise<HttpAgent>;
  /** The same where they are made already, without a wait. */
  known(url: URL): HttpAgent | undefined;
  close(): void;
}

/** As many as limits.ts lets objects travel at once. */
const SOCKETS = 64;

export function createAgents({ trust, proxies }: { trust: Trust; proxies: Proxies }): Agents {
  const agents = new Map<string, HttpAgent>();

  async function make(url: URL): Promise<HttpAgent> {
    const options = { keepAlive: true, maxSockets: SOCKETS, ...(url.protocol === "https:" ? await trust.of(url) : {}) };
    const proxy = await proxies.of(url);
    if (proxy === null) return url.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
    const { throughProxy } = await import("./proxied.ts");
    return throughProxy(url, proxy, options);
  }

  return {
    known: (url) => agents.get(url.origin),
    async of(url) {
      const known = agents.get(url.origin);
      if (known) return known;
      const made = await make(url);
      // Another request may have been quicker.
      const now = agents.get(url.origin) ?? made;
      agents.set(url.origin, now);
      return now;
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}
