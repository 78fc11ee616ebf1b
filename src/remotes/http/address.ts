// https://host/path, as the base of all paths of a store.
import { MvError } from "../../errors.ts";

/** The base, ending in "/". Throws MvError usage for an address with a user, a query or a fragment. */
export function parseHttpUrl(name: string, url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null;
  const why =
    base === null || !["http:", "https:"].includes(base.protocol)
      ? "it is no address of HTTP"
      : base.username !== "" || base.password !== ""
        ? "it holds a user; those belong into ~/.netrc"
        : base.search !== "" || base.hash !== "" || /[?#]/.test(url)
          ? "a query may hold a secret, and it would be committed"
          : null;
  if (base !== null && why === null) {
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    return base;
  }
  // The address is not repeated: it may hold what must not be shown.
  throw new MvError("usage", `remote ${name}: its address cannot be used: ${why}`, {
    hint: `mv remote add ${name} https://HOST/PATH`,
  });
}
