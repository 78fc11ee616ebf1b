// mv verify --bundle: whether a model's signature holds, and every file of a folder or a release is what was signed. Offline.
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isMvError, MvError } from "../errors.ts";
import { showPath } from "../model/paths.ts";
import {
  BUNDLE_MAX_BYTES,
  parseBundle,
  parseStatement,
  preAuthentication,
  type Resource,
  type Statement,
} from "../model/signing-bundle.ts";
import type { Project, Progress } from "./project.ts";
import { readReleases } from "./releases.ts";
import { isSignedBy, keyHint, readPublicKey } from "./trust/bundle-keys.ts";
import { filesOf } from "./trust/signable.ts";
import { quoted } from "./targets.ts";
import { filesIn } from "./trust/signed-folder.ts";
import { type Found, findVersion } from "./versions.ts";

export interface VerifyBundleInput {
  bundle: string;
  publicKey: string;
  /** A folder as `mv get` makes one, or a release; none: the release that the bundle was made of. */
  subject?: string | undefined;
  model?: string | undefined;
}

export interface FileFinding {
  path: string;
  state: "changed" | "added" | "missing" | "link";
}

export interface VerifyBundleResult {
  bundle: string;
  /** What the signer called it: "churn-1.2.0". */
  subject: string;
  /** What was compared: the folder, or "churn 1.2.0". */
  compared: string;
  root: string;
  /** SHA-256 of the public key's PEM text. */
  key: string;
  files: number;
  /** What lies in the folder and was left out by the signer, or belongs to Git. */
  left_out: string[];
  findings: FileFinding[];
  /** Files of a release whose bytes are not in the cache: their names and hashes are right, their bytes were not read. */
  absent: string[];
}

/** What verifying needs of the world: a folder is verified without a repository, too. */
export interface BundleContext {
  cwd: string;
  /** Opens the repository; fails where there is none. */
  project: () => Promise<Project>;
  report: (event: Progress) => void;
}

/**
 * Verifies the signature before anything of the bundle is believed, then its root, then every file. A difference is a finding,
 * no failure. Fails with signature, invalid-file, no-read, unknown-version.
 */
export async function verifyBundle(context: BundleContext, input: VerifyBundleInput): Promise<VerifyBundleResult> {
  const { cwd } = context;
  const file = resolve(cwd, input.bundle);
  const publicKey = readPublicKey(input.publicKey, cwd);
  const envelope = parseBundle(readBundle(file, input.bundle), input.bundle);
  const key = keyHint(publicKey);
  if (!isSignedBy(publicKey, preAuthentication(envelope.payload), envelope.signature)) {
    const isOther = envelope.keyHint !== null && envelope.keyHint !== key;
    const why = isOther
      ? `it names another key, ${envelope.keyHint?.slice(0, 16)}…`
      : "it was changed, or is another's";
    throw new MvError("signature", `${input.bundle}: the signature is not by ${input.publicKey}: ${why}`, {
      hint: "--public-key with the key of whoever signed it",
      details: { bundle: input.bundle, key, hint: envelope.keyHint },
    });
  }
  const statement = parseStatement(envelope.payload, input.bundle);
  const compared = await compare(context, input, statement, file);
  const { subject, root, resources } = statement;
  return { bundle: file, subject, root, key, files: resources.length, ...compared };
}

type Compared = Pick<VerifyBundleResult, "compared" | "findings" | "absent" | "left_out">;

async function compare(
  context: BundleContext,
  input: VerifyBundleInput,
  statement: Statement,
  bundle: string,
): Promise<Compared> {
  const word = input.subject ?? statement.subject.replace(/-(?=\d+\.\d+\.\d+)/, "@v");
  if (input.subject !== undefined && isFolder(resolve(context.cwd, word)) && !(await isRelease(context, input))) {
    const folder = resolve(context.cwd, word);
    const { files, links, skipped } = await filesIn(folder, {
      ignored: statement.ignored,
      except: bundle,
      report: context.report,
    });
    const found = links.map((path): FileFinding => ({ path, state: "link" }));
    return {
      compared: word,
      findings: [...found, ...difference(statement.resources, files)],
      absent: [],
      left_out: skipped,
    };
  }
  const project = await context.project();
  const { release, name } = await releaseMeant(project, word, input);
  if (!release) throw new MvError("unknown-version", `${name} is neither a folder nor a release`, { hint: "mv log" });
  const files = await filesOf(project, {
    ...release,
    artifacts: release.artifacts,
    fetch: `mv fetch ${quoted(release.tag)}`,
  });
  const findings = difference(statement.resources, files);
  const store = await project.store();
  const states = new Map(
    (await store.check([...new Set(files.map(({ sha256 }) => sha256))], context.report)).map((item) => [
      item.sha256,
      item.state,
    ]),
  );
  for (const { name: path, sha256 } of files) {
    if (states.get(sha256) === "rotten") findings.push({ path, state: "changed" });
  }
  const absent = files.flatMap(({ name: path, sha256 }) => (states.get(sha256) === "absent" ? [path] : []));
  return { compared: `${release.model} ${release.version}`, findings, absent, left_out: [] };
}

/** Without a word the bundle's own name for it is tried; that the files agree is checked all the same. */
async function releaseMeant(
  project: Project,
  word: string,
  { subject, model, bundle }: VerifyBundleInput,
): Promise<Found> {
  try {
    return await findVersion(project, await readReleases(project), word, model);
  } catch (error) {
    if (subject !== undefined || !isMvError(error)) throw error;
    throw new MvError(
      "usage",
      `${bundle} is of ${showPath(word)}, which is no release here: say what to compare it with`,
      {
        hint: `mv verify --bundle ${bundle} --public-key FILE DIR`,
        cause: error,
      },
    );
  }
}

/** A folder may have a version's name; then the version is meant. `./v1.2.0` is the folder. */
async function isRelease(context: BundleContext, { subject = "", model }: VerifyBundleInput): Promise<boolean> {
  if (subject.includes("/") || subject === ".") return false;
  try {
    const project = await context.project();
    return (await findVersion(project, await readReleases(project), subject, model)).release !== null;
  } catch (error) {
    if (isMvError(error)) return false;
    throw error;
  }
}

function difference(signed: readonly Resource[], here: readonly Resource[]): FileFinding[] {
  const wanted = new Map(signed.map(({ name, sha256 }) => [name, sha256]));
  const findings: FileFinding[] = [];
  for (const { name: path, sha256 } of here) {
    const then = wanted.get(path);
    if (then !== sha256) findings.push({ path, state: then === undefined ? "added" : "changed" });
    wanted.delete(path);
  }
  return [...findings, ...[...wanted.keys()].map((path): FileFinding => ({ path, state: "missing" }))];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function readBundle(file: string, typed: string): Buffer {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true)
    throw new MvError("no-read", `${typed}: there is no such file`, { hint: "mv sign VERSION" });
  if (stats.size > BUNDLE_MAX_BYTES) {
    throw new MvError("invalid-file", `${typed} is larger than a bundle can be`, { hint: "mv sign VERSION" });
  }
  return readFileSync(file);
}
