// mv sign: an OpenSSF Model Signing bundle over a release's files, which `model_signing verify key` accepts as well as we do.
import { resolve } from "node:path";
import { MvError } from "../errors.ts";
import { parseStatement } from "../model/signing-bundle.ts";
import { lstatOrNull } from "../platform/stat.ts";
import { writeOutput } from "./output-file.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { quoted } from "./targets.ts";
import { openSigningKey, keyHint } from "./trust/bundle-keys.ts";
import { bundleName, bundleText, filesOf, requireBytes } from "./trust/signable.ts";
import { findVersion, warnIfRetracted } from "./versions.ts";

export interface SignInput {
  version: string;
  model?: string | undefined;
  /** The key's file; default: git config mversion.signingKey. */
  key?: string | undefined;
  askPassphrase?: ((key: string) => Promise<string>) | undefined;
  /** The file to write; default: MODEL-VERSION.sigstore.json in the current folder. */
  into?: string | undefined;
  /** Replace a file of that name. */
  force?: boolean | undefined;
}

export interface SignResult {
  model: string;
  version: string;
  tag: string;
  /** The bundle, absolute. */
  file: string;
  /** How many files it covers, and their root digest. */
  files: number;
  root: string;
  /** SHA-256 of the public key's PEM text, by which the bundle names its key. */
  key: string;
}

/** Signs what the release's tag names, after every byte of it was read. Fails with object-missing, bytes-wrong, usage or exists. */
export async function sign(project: Project, input: SignInput): Promise<SignResult> {
  const releases = await readReleases(project);
  const found = await findVersion(project, releases, input.version, input.model);
  const { release } = found;
  if (!release) {
    throw new MvError("unknown-version", `${found.name} is not a release: only a tag says what its bytes are`, {
      hint: "mv log",
    });
  }
  warnIfRetracted(project, releases, found);
  const into = input.into ?? bundleName(release);
  requireFree(project, into, input);
  const key = await openSigningKey(await keyPath(project, input.key), {
    cwd: project.cwd,
    env: project.env,
    askPassphrase: input.askPassphrase,
  });
  const signable = { ...release, artifacts: release.artifacts, fetch: `mv fetch ${quoted(release.tag)}` };
  const files = await filesOf(project, signable);
  await requireBytes(project, signable, files);
  const { text, payload } = await bundleText(release, files, key);
  await writeOutput(project, into, text);
  const { model, version, tag } = release;
  const { root } = parseStatement(payload, into);
  return {
    model,
    version,
    tag,
    file: resolve(project.cwd, into),
    files: files.length,
    root,
    key: keyHint(key.publicKey),
  };
}

/** The key that is meant: the one given, else this machine's. Throws MvError usage. */
export async function keyPath(project: Project, given: string | undefined): Promise<string> {
  const path = given ?? (await project.git.config("mversion.signingKey"));
  if (path !== null && path !== "") return path.replace(/^~(?=\/)/, project.env["HOME"] ?? "~");
  throw new MvError("usage", "Signing needs a key: an EC private key of P-256, P-384 or P-521", {
    hint: "--key model.key, or git config mversion.signingKey ~/.ssh/id_ecdsa\nMake one: openssl ecparam -name prime256v1 -genkey -noout -out model.key",
  });
}

function requireFree({ cwd }: Project, into: string, { version, force }: SignInput): void {
  if (force === true || lstatOrNull(resolve(cwd, into)) === null) return;
  throw new MvError("exists", `${into} is there already`, {
    hint: `mv sign ${version} --force, or -o with another name`,
  });
}
