// Who asks an LFS server, for one host each: a header that Git is told to send, the address's own login, ~/.netrc, or what
// `git credential` gives. Secrets stay in here and in the headers of requests.
import { MvError } from "../../errors.ts";
import type { RemoteContext } from "../remote.ts";
import { isSafe } from "../web/address.ts";
import { loginFor } from "../web/netrc.ts";
import type { Login } from "./addresses.ts";

export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  /** It has been right at least once. */
  isProven: boolean;
  /** What a helper gave, to tell it how that went. */
  readonly fields: Readonly<Record<string, string>> | null;
  /** Set by hand: where it is wrong, asking helpers is not what the user meant. */
  readonly isFixed: boolean;
}

export interface Credentials {
  /** What is known for the host without asking anybody; empty headers where nothing is. */
  known(url: URL): Promise<Authorization>;
  /** What is to be tried after `failed` was refused; null where there is nothing. `ask`: a person may be asked. */
  next(url: URL, failed: Authorization, ask: boolean): Promise<Authorization | null>;
  /** The login that the address of a host holds. */
  login(url: URL, login: Login | null): void;
  /** Tells the helpers that it was right. */
  proven(authorization: Authorization): Promise<void>;
}

const TRIES = 3;

export function createCredentials(name: string, { env, git }: Pick<RemoteContext, "env" | "git">): Credentials {
  const held = new Map<string, Authorization>();
  const logins = new Map<string, Login>();
  const asking = new Map<string, Promise<Authorization | null>>();
  const tries = new Map<string, number>();

  async function known(url: URL): Promise<Authorization> {
    const found = held.get(url.origin);
    if (found) return found;
    const line = (await git?.configFor("http.extraHeader", url.href)) ?? "";
    const headers = line === "" ? {} : headerLine(name, line);
    const isFixed = Object.keys(headers).some((key) => key.toLowerCase() === "authorization");
    const login = isFixed ? undefined : logins.get(url.origin);
    const kept = isFixed || login !== undefined || !isSafe(url) ? null : loginFor(url.hostname, env);
    const [username, password] = login ? [login.username, login.password] : [kept?.user ?? "", kept?.password ?? null];
    const made: Authorization = {
      headers: password === null ? headers : { ...headers, ...basic(username, password) },
      isProven: true,
      fields: null,
      isFixed,
    };
    // Another request may have been quicker.
    const now = held.get(url.origin) ?? made;
    held.set(url.origin, now);
    return now;
  }

  async function ask(url: URL, failed: Authorization, mayAsk: boolean): Promise<Authorization | null> {
    if (!git) return null;
    if (failed.fields !== null) await git.credential("reject", failed.fields);
    const tried = tries.get(url.origin) ?? 0;
    if (tried >= TRIES || failed.isFixed) return null;
    const filled = await git.credential("fill", fieldsOf(name, url, logins.get(url.origin)), mayAsk);
    const { username = "", password } = filled ?? {};
    if (filled === null || password === undefined) return null;
    // A helper that gives the same again has nothing better.
    if (failed.fields?.["username"] === username && failed.fields["password"] === password) return null;
    tries.set(url.origin, tried + 1);
    const headers = { ...failed.headers, ...basic(username, password) };
    const made: Authorization = { headers, isProven: false, fields: filled, isFixed: false };
    held.set(url.origin, made);
    return made;
  }

  return {
    known,
    login(url, login) {
      if (login !== null) logins.set(url.origin, login);
    },
    async next(url, failed, mayAsk) {
      // Of many requests that are refused at once, one asks.
      const now = held.get(url.origin);
      if (now !== undefined && now !== failed) return now;
      const before = asking.get(url.origin);
      if (before) return before;
      const answer = ask(url, failed, mayAsk).finally(() => asking.delete(url.origin));
      asking.set(url.origin, answer);
      return answer;
    },
    async proven(authorization) {
      if (authorization.isProven) return;
      authorization.isProven = true;
      if (authorization.fields !== null) await git?.credential("approve", authorization.fields);
    },
  };
}

/** RFC 7617. */
function basic(username: string, password: string): { Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

/** One line a field goes to the helpers: a line end in one of them would be a field of somebody else's making. */
function fieldsOf(name: string, url: URL, login: Login | undefined): Record<string, string> {
  const fields: Record<string, string> = {
    protocol: url.protocol.replace(":", ""),
    host: url.host,
    path: url.pathname.replace(/^\//, ""),
    ...(login ? { username: login.username } : {}),
  };
  for (const [field, value] of Object.entries(fields)) {
    if (!/[\p{Cc}]/u.test(value)) continue;
    throw new MvError("usage", `remote ${name}: the ${field} of its address has a control character`, {
      hint: "git remote -v",
    });
  }
  return fields;
}

function headerLine(name: string, line: string): Record<string, string> {
  const [, key, value] = /^([\w!#$%&'*+.^`|~-]+):\s*([^\p{Cc}]*)$/u.exec(line) ?? [];
  if (key !== undefined && value !== undefined) return { [key]: value };
  throw new MvError("usage", `remote ${name}: http.extraHeader of Git's config is no header`, {
    hint: "git config --show-origin --get-all http.extraHeader",
  });
}
