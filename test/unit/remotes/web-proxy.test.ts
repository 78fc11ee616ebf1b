// Which proxy a host is reached by, as curl and Git find it.
import { expect, test } from "vitest";
import { createProxies } from "../../../src/remotes/web/proxy.ts";

const PROXY = "http://proxy.corp:3128";

async function proxyOf(
  url: string,
  env: NodeJS.ProcessEnv,
  config: Record<string, string> = {},
): Promise<string | null> {
  const proxies = createProxies("store", { env, gitConfig: async (key) => config[key] ?? null });
  return (await proxies.of(new URL(url)))?.host ?? null;
}

test.for([
  ["https_proxy for what is encrypted", "https://models.example.com/x", { https_proxy: PROXY }, "proxy.corp:3128"],
  ["HTTPS_PROXY too", "https://models.example.com/x", { HTTPS_PROXY: PROXY }, "proxy.corp:3128"],
  ["http_proxy not for what is encrypted", "https://models.example.com/x", { http_proxy: PROXY }, null],
  ["http_proxy in the clear", "http://models.example.com/x", { http_proxy: PROXY }, "proxy.corp:3128"],
  ["HTTP_PROXY never, which a request may have set", "http://models.example.com/x", { HTTP_PROXY: PROXY }, null],
  ["ALL_PROXY for the rest", "https://models.example.com/x", { ALL_PROXY: PROXY }, "proxy.corp:3128"],
  ["one without a scheme", "https://models.example.com/x", { HTTPS_PROXY: "proxy.corp:3128" }, "proxy.corp:3128"],
  ["none where it is empty", "https://models.example.com/x", { https_proxy: "", HTTPS_PROXY: PROXY }, null],
] as const)("%s", async ([, url, env, expected]) => {
  expect(await proxyOf(url, env)).toBe(expected);
});

test.for([
  ["*", true],
  ["example.com", true],
  [".example.com", true],
  ["*.example.com", true],
  ["models.example.com", true],
  ["MODELS.example.com", true],
  ["other.org, models.example.com:8443", true],
  ["models.example.com:443", false],
  ["ample.com", false],
  ["s.example.com", false],
  ["", false],
] as const)("NO_PROXY=%s", async ([list, isExempt]) => {
  const env = { https_proxy: PROXY, NO_PROXY: list };
  expect(await proxyOf("https://models.example.com:8443/x", env)).toBe(isExempt ? null : "proxy.corp:3128");
});

test("Git's config goes before the environment; an empty one is none at all", async () => {
  const env = { https_proxy: PROXY };
  expect(await proxyOf("https://a.b/", env, { "http.proxy": "http://other:1" })).toBe("other:1");
  expect(await proxyOf("https://a.b/", env, { "http.proxy": "" })).toBeNull();
});
