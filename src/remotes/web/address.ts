// Which addresses of HTTP may be followed from one to the next, and which of them keep a secret. Pure.

/**
 * Where a link or a redirect leads: only by HTTP, without a login, and never in the clear from what was encrypted, except on this
 * machine. Null for what must not be followed.
 */
export function mayFollow(from: URL, target: string): URL | null {
  if (/[\p{Cc}\s]/u.test(target) || !URL.canParse(target, from.href)) return null;
  const url = new URL(target, from);
  if (!isHttp(url) || url.hostname === "" || url.username !== "" || url.password !== "") return null;
  return url.protocol === "https:" || from.protocol === "http:" || isLoopback(url) ? url : null;
}

/** Whether nobody on the way can read along: TLS, or this machine itself. */
export function isSafe(url: URL): boolean {
  return url.protocol === "https:" || isLoopback(url);
}

/** Whether an address leads to this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === "https:" || protocol === "http:";
}
