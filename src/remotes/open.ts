// Which remote speaks which scheme. A new one is a line here.
import { MvError } from "../errors.ts";
import { checkUrl } from "../model/url.ts";
import { withLimits } from "./limits.ts";
import type { OpenRemote, Remote, RemoteContext, RemoteSettings } from "./remote.ts";
import { repeat, withRetry } from "./retry.ts";

interface Scheme {
  /** An address of that kind, for the message about one that is not known. */
  readonly example: string;
  readonly load: () => Promise<OpenRemote>;
}

const folder: Scheme = { example: "/mnt/models", load: async () => (await import("./folder.ts")).openFolder };

const http: Scheme = { example: "https://host/path", load: async () => (await import("./http.ts")).openHttp };
const lfs: Scheme = { example: "lfs", load: async () => (await import("./lfs.ts")).openLfs };

const schemes: Readonly<Record<string, Scheme>> = {
  file: folder,
  ssh: { example: "ssh://user@host/path", load: async () => (await import("./ssh.ts")).openSsh },
  s3: { example: "s3://bucket/prefix", load: async () => (await import("./s3.ts")).openS3 },
  https: http,
  http,
  lfs,
  "lfs+https": lfs,
  "lfs+http": lfs,
  "lfs+ssh": lfs,
};

/**
 * The scheme of an address, in lower case: "s3" of "s3://bucket". "file" for a path; a word of its own for what is an address
 * by itself, such as "lfs".
 */
export function schemeOf(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  return scheme ?? (Object.hasOwn(schemes, url) ? url : "file");
}

/** Throws MvError usage for what is no address, or one that no remote speaks, naming those that are known. */
export function requireAddress(name: string, url: string): void {
  find(name, url);
}

/** Opens a remote of the settings, with retry and limits. Throws MvError usage for an address that is not one, unreachable, denied. */
export async function openRemote(name: string, settings: RemoteSettings, context: RemoteContext): Promise<Remote> {
  const open = await find(name, settings.url).load();
  const options = { onRetry: context.onRetry };
  return withLimits(withRetry(await repeat(() => open(name, settings, context), options), options));
}

function find(name: string, url: string): Scheme {
  const why = checkUrl(url);
  if (why !== null) throw new MvError("usage", `remote ${name}: ${why}`, { hint: wayOut(why) });
  const scheme = schemeOf(url);
  const found = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (found) return found;
  const examples = [...new Set(Object.values(schemes).map(({ example }) => example))];
  throw new MvError("usage", `remote ${name}: no remote speaks ${scheme}; there are ${examples.join(", ")}`, {
    hint: "mv remote add --help",
    details: { remote: name, scheme },
  });
}

function wayOut(why: string): string {
  return why.includes("it would be committed")
    ? "give it without; credentials come from the environment, the cloud's own chain or git credential"
    : "mv remote add --help";
}
