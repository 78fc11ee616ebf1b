// Agents that go through a proxy. The only importer of their libraries, and loaded only where a proxy is set.
import type { Agent } from "node:http";
import type { AgentOptions } from "node:https";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";

/** By CONNECT for what is encrypted, else with the whole address in the request line, as curl and Git do. */
export function throughProxy(url: URL, proxy: URL, options: AgentOptions): Agent {
  if (url.protocol !== "https:") return new HttpProxyAgent(proxy, options);
  const agent = new HttpsProxyAgent(proxy, options);
  // It keeps them for the proxy alone; the server behind it is to be trusted by the same rules.
  const { ca, rejectUnauthorized } = options;
  Object.assign(agent.options, { ...(ca && { ca }), ...(rejectUnauthorized === false && { rejectUnauthorized }) });
  return agent;
}
