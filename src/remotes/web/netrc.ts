// Credentials of a host from ~/.netrc, where curl, wget and Git keep them too. They are bound to the host, so that no committed
// address can have them sent elsewhere.
import { readBytesFile } from "../../platform/files.ts";
import { join } from "node:path";

export interface Login {
  readonly user: string;
  readonly password: string;
}

const MAX_BYTES = 1 << 20;

/** The login of a host (without port) in $NETRC or ~/.netrc; null where there is none. */
export function loginFor(host: string, env: NodeJS.ProcessEnv): Login | null {
  const file = env["NETRC"] ?? (env["HOME"] === undefined ? null : join(env["HOME"], ".netrc"));
  const bytes = file === null ? null : readBytesFile(file, MAX_BYTES);
  return bytes === null ? null : parseNetrc(bytes.toString("utf8"), host);
}

/**
 * The login of one machine: `machine HOST login USER password PASSWORD`, the first that fits, the value of a keyword in double quotes
 * where it has blanks. `default` is for no host in particular, so it is not used.
 */
export function parseNetrc(text: string, host: string): Login | null {
  // A macro goes from its name to the first empty line.
  const words = wordsOf(text.replaceAll(/(^|\s)macdef\s[^]*?(\n[ \t]*\r?\n|$)/g, "\n"));
  let login: { machine: string; user: string; password: string } | null = null;
  const isIt = (): boolean => login !== null && login.machine === host.toLowerCase() && login.password !== "";
  for (let at = 0; at < words.length; at += 1) {
    const value = words[at + 1] ?? "";
    switch (words[at]) {
      case "machine":
        if (isIt()) return login;
        login = { machine: value.toLowerCase(), user: "", password: "" };
        at += 1;
        break;
      case "default":
        if (isIt()) return login;
        login = null;
        break;
      case "login":
        if (login) login.user = value;
        at += 1;
        break;
      case "password":
        if (login) login.password = value;
        at += 1;
        break;
      case "account":
        at += 1;
        break;
      default:
    }
  }
  return isIt() ? login : null;
}

function wordsOf(text: string): string[] {
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  const found = lines.join("\n").matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g);
  return [...found].map(([, quoted, plain]) => quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "");
}
