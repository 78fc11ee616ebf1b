// Which servers' certificates are trusted: what Node trusts, and what Git or AWS is told to trust besides.
import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import { MvError } from "../../errors.ts";
import type { RemoteContext } from "../remote.ts";

export interface TrustOptions {
  readonly ca?: string[];
  readonly rejectUnauthorized?: boolean;
}

export interface Trust {
  of(url: URL): Promise<TrustOptions>;
}

/** Node's own roots, and those of NODE_EXTRA_CA_CERTS, which Node reads by itself. */
export const nodeTrust: Trust = { of: async () => ({}) };

/** Follows `http.sslCAInfo` and `http.sslVerify`, which Git's config may give for one address alone, and their variables. */
export function gitTrust(name: string, { env, git }: Pick<RemoteContext, "env" | "git">): Trust {
  return {
    async of({ href }) {
      const [file, verify] = await Promise.all([
        env["GIT_SSL_CAINFO"] ?? git?.configFor("http.sslCAInfo", href) ?? null,
        env["GIT_SSL_NO_VERIFY"] === undefined ? (git?.configFor("http.sslVerify", href) ?? null) : "false",
      ]);
      if (verify !== null && /^(?:false|no|off|0)$/i.test(verify)) return { rejectUnauthorized: false };
      return file === null ? {} : { ca: await bundle(name, file, env, "git config --show-origin http.sslCAInfo") };
    },
  };
}

/** Follows AWS_CA_BUNDLE, as the AWS CLI does. */
export function awsTrust(name: string, { env }: Pick<RemoteContext, "env">): Trust {
  const file = env["AWS_CA_BUNDLE"] ?? "";
  return {
    of: async () => (file === "" ? {} : { ca: await bundle(name, file, env, "correct AWS_CA_BUNDLE, or unset it") }),
  };
}

/** Certificates that are given take the place of all others, so those are given too. */
async function bundle(name: string, file: string, env: NodeJS.ProcessEnv, hint: string): Promise<string[]> {
  const extra = env["NODE_EXTRA_CA_CERTS"] ?? "";
  const more = extra === "" ? [] : [await readFile(extra, "utf8").catch(() => "")];
  return [...rootCertificates, ...more.filter((text) => text !== ""), await read(name, file, hint)];
}

async function read(name: string, file: string, hint: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new MvError("unreachable", `${name}: the certificates in ${file} cannot be read`, {
      hint,
      details: { remote: name, path: file },
      cause,
    });
  }
}
