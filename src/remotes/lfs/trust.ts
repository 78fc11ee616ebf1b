// Which servers' certificates are trusted: what Git is told to trust, and what Node trusts.
import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import { MvError } from "../../errors.ts";
import type { GitAccess } from "../remote.ts";

export interface TrustOptions {
  readonly ca?: string[];
  readonly rejectUnauthorized?: boolean;
}

export interface Trust {
  of(url: URL): Promise<TrustOptions>;
}

/** Follows `http.sslCAInfo` and `http.sslVerify`, which Git's config may give for one address alone. */
export function createTrust(name: string, env: NodeJS.ProcessEnv, git: GitAccess | undefined): Trust {
  return {
    async of({ href }) {
      const [file, verify] = await Promise.all([
        env["GIT_SSL_CAINFO"] ?? git?.configFor("http.sslCAInfo", href) ?? null,
        env["GIT_SSL_NO_VERIFY"] === undefined ? (git?.configFor("http.sslVerify", href) ?? null) : "false",
      ]);
      if (verify !== null && /^(?:false|no|off|0)$/i.test(verify)) return { rejectUnauthorized: false };
      return file === null ? {} : { ca: [...rootCertificates, await read(name, file)] };
    },
  };
}

async function read(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new MvError("unreachable", `${name}: the certificates of http.sslCAInfo, ${file}, cannot be read`, {
      hint: "git config --show-origin http.sslCAInfo",
      details: { remote: name, path: file },
      cause,
    });
  }
}
