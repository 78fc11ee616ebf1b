// The proxy of a host, as Git and curl find it: http.proxy of Git's config, else the environment.
import { MvError } from "../../errors.ts";
import type { RemoteContext } from "../remote.ts";

export interface Proxies {
  /** Null: the host is asked directly. Throws MvError usage for a proxy that cannot be used. */
  of(url: URL): Promise<URL | null>;
}

/**
 * `http.proxy` (with `http.<url>.proxy`), HTTPS_PROXY, http_proxy, ALL_PROXY, in lower case first; NO_PROXY is a list of hosts, domains
 * or `*`. HTTP_PROXY in upper case does not count, as for curl: a web server sets it from a header that anybody sends.
 */
export function createProxies(
  name: string,
  { env, git, gitConfig }: Pick<RemoteContext, "env" | "git" | "gitConfig">,
): Proxies {
  return {
    async of(url) {
      const configured = await (git ? git.configFor("http.proxy", url.href) : gitConfig("http.proxy"));
      const set = configured ?? proxyIn(env, url.protocol);
      if (set === null || set === "" || isExempt(url, env["no_proxy"] ?? env["NO_PROXY"] ?? "")) return null;
      return parse(name, set);
    },
  };
}

function proxyIn(env: NodeJS.ProcessEnv, protocol: string): string | null {
  const own = protocol === "https:" ? (env["https_proxy"] ?? env["HTTPS_PROXY"]) : env["http_proxy"];
  return own ?? env["all_proxy"] ?? env["ALL_PROXY"] ?? null;
}

/** Each entry is `*`, a host or a domain with all that is in it, with or without a dot before it, with or without a port. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, name = "", only] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (entry === "*") return true;
      if (name === "" || (only !== undefined && only !== port)) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}

function parse(name: string, text: string): URL {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const proxy = URL.canParse(whole) ? new URL(whole) : null;
  if (proxy !== null && /^https?:$/.test(proxy.protocol) && proxy.hostname !== "") return proxy;
  // The setting is not repeated: it may hold a password.
  throw new MvError("usage", `remote ${name}: the proxy that is set is none of HTTP`, {
    hint: "git config --get http.proxy; env | grep -i proxy; a host without one goes into NO_PROXY",
    details: { remote: name },
  });
}
