// The keys of a model's signature bundle: P-256, P-384 or P-521, as PEM, in OpenSSH's format, or in an ssh-agent.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { MvError } from "../../errors.ts";
import {
  ecdsaSignatureDer,
  isOpensshPrivateKey,
  parseOpensshPrivateKey,
  parseSshPublicKey,
  type SshPublicKey,
} from "../../model/ssh-key.ts";
import { readError } from "../../platform/file-errors.ts";
import { signByAgent } from "../../platform/ssh-agent.ts";

export interface SigningKey {
  publicKey: KeyObject;
  /** ECDSA with the hash of the curve, as DER. Fails where an agent says no. */
  sign(data: Buffer): Promise<Buffer>;
}

export interface KeyContext {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Asks for a passphrase without showing it; undefined where nobody can be asked. */
  askPassphrase?: ((key: string) => Promise<string>) | undefined;
}

/** Where the passphrase of a key comes from, where nobody is asked. */
const PASSPHRASE = "MVERSION_KEY_PASSPHRASE";
const HASHES: Readonly<Record<string, string>> = { prime256v1: "sha256", secp384r1: "sha384", secp521r1: "sha512" };
const MAKE = "openssl ecparam -name prime256v1 -genkey -noout -out model.key";
const KINDS = "a model is signed by an EC key of P-256, P-384 or P-521";

/** Opens a private key file, or a public ssh key whose private part an agent holds. Throws MvError no-read or usage. */
export async function openSigningKey(path: string, context: KeyContext): Promise<SigningKey> {
  const text = readKeyFile(path, context.cwd);
  if (isOpensshPrivateKey(text)) {
    const key = parseOpensshPrivateKey(text);
    if (typeof key === "string") throw unusable(path, key);
    if (key.encrypted) return agentKey(path, key, context);
    return localKey(path, createPrivateKey({ key: key.jwk, format: "jwk" }));
  }
  if (text.includes("PRIVATE KEY-----")) return localKey(path, await pemKey(path, text, context));
  const key = parseSshPublicKey(text);
  if (typeof key === "string") throw unusable(path, key);
  return agentKey(path, key, context);
}

/** Reads a public key, PEM or ssh's. Throws MvError no-read or usage; a private key is refused, too. */
export function readPublicKey(path: string, cwd: string): KeyObject {
  const text = readKeyFile(path, cwd, "ask the signer for it; of a key of your own: openssl ec -in model.key -pubout");
  if (text.includes("PRIVATE KEY-----")) {
    throw new MvError("usage", `${path} is a private key: only its public one belongs here`, {
      hint: `openssl ec -in ${path} -pubout, or ssh-keygen -y -f ${path}`,
    });
  }
  if (!text.includes("-----BEGIN ")) {
    const key = parseSshPublicKey(text);
    if (typeof key === "string") throw unusable(path, key);
    return createPublicKey({ key: key.jwk, format: "jwk" });
  }
  try {
    const key = createPublicKey(text);
    hashFor(path, key);
    return key;
  } catch (error) {
    throw error instanceof MvError ? error : unusable(path, "it is no public key in PEM form", error);
  }
}

/** How a bundle names its key: SHA-256 of the PEM text of the public key. */
export function keyHint(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "pem" }))
    .digest("hex");
}

export function isSignedBy(publicKey: KeyObject, data: Buffer, signature: Buffer): boolean {
  return verify(hashFor("the public key", publicKey), data, publicKey, signature);
}

function localKey(path: string, key: KeyObject): SigningKey {
  const publicKey = createPublicKey(key);
  const hash = hashFor(path, publicKey);
  return { publicKey, sign: async (data) => sign(hash, data, key) };
}

function agentKey(path: string, { jwk, blob }: SshPublicKey, { env }: KeyContext): SigningKey {
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  return {
    publicKey,
    async sign(data) {
      const socket = env["SSH_AUTH_SOCK"];
      const answer = socket ? await signByAgent(socket, blob, data) : null;
      const signature = answer && ecdsaSignatureDer(answer);
      if (signature && isSignedBy(publicKey, data, signature)) return signature;
      const why = socket ? "the ssh-agent does not have the key or did not sign" : "no ssh-agent is running";
      throw new MvError("usage", `${path} can only sign through an ssh-agent, and ${why}`, {
        hint: `eval "$(ssh-agent)" && ssh-add ${path.replace(/\.pub$/, "")}, then repeat`,
      });
    },
  };
}

async function pemKey(path: string, text: string, { env, askPassphrase }: KeyContext): Promise<KeyObject> {
  const isEncrypted = /ENCRYPTED/.test(text);
  const passphrase = isEncrypted ? (env[PASSPHRASE] ?? (await askPassphrase?.(path))) : undefined;
  if (isEncrypted && passphrase === undefined) {
    throw new MvError("usage", `${path} has a passphrase, and nobody can be asked for it here`, {
      hint: `set ${PASSPHRASE} in the environment`,
    });
  }
  try {
    return createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
  } catch {
    // What OpenSSL says helps nobody, and might quote what it was given.
    throw unusable(path, isEncrypted ? "the passphrase is wrong, or the file is damaged" : "it cannot be read");
  }
}

function hashFor(path: string, { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  const hash = HASHES[type === "ec" ? (details?.namedCurve ?? "") : ""];
  if (hash === undefined) throw unusable(path, `it is of type ${details?.namedCurve ?? type}`);
  return hash;
}

function readKeyFile(path: string, cwd: string, hint = MAKE): string {
  const file = resolve(cwd, path);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const known = readError(error, path);
    if (known instanceof MvError) throw known;
    throw new MvError("no-read", `${path}: there is no such key file`, { hint, cause: error });
  }
}

function unusable(path: string, why: string, cause?: unknown): MvError {
  return new MvError("usage", `${path}: ${why}; ${KINDS}`, { hint: MAKE, cause });
}
