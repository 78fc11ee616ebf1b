// The signed lists of files that go into a release's commit: made before it, so that commit and tag hold them.
import { posix } from "node:path";
import { isMvError } from "../../errors.ts";
import { parseBundle, parseStatement } from "../../model/signing-bundle.ts";
import type { Project } from "../project.ts";
import { type KeyContext, openSigningKey, type SigningKey } from "../trust/bundle-keys.ts";
import { bundleName, bundleText, filesOf, requireBytes, type Signable } from "../trust/signable.ts";
import type { Planned } from "./plan.ts";

/** A file of the commit. */
export interface CommittedFile {
  path: string;
  text: string;
}

/** Opens the key before anything is done, and asks for its passphrase then. Null where no bundle is wanted. */
export async function bundleKey(
  project: Project,
  path: string | undefined,
  askPassphrase: KeyContext["askPassphrase"],
): Promise<SigningKey | null> {
  if (path === undefined) return null;
  return openSigningKey(path, { cwd: project.cwd, env: project.env, askPassphrase });
}

/** Where a version's bundle lies: beside the model's record, under the version's own name, so that none replaces another. */
export function bundlePath({ file, model, version }: Pick<Planned, "file" | "model" | "version">): string {
  return posix.join(posix.dirname(file), bundleName({ model, version }));
}

/** Signs the files of each release, once every byte of them was read. Fails as mv sign does. */
export async function makeBundles(
  project: Project,
  planned: readonly Planned[],
  key: SigningKey,
): Promise<CommittedFile[]> {
  const bundles: CommittedFile[] = [];
  for (const item of planned) {
    const signable = signableOf(item);
    const files = await filesOf(project, signable);
    await requireBytes(project, signable, files);
    bundles.push({ path: bundlePath(item), text: (await bundleText(signable, files, key)).text });
  }
  return bundles;
}

/** Whether a commit has the bundles already, of these very files: what a killed run left. */
export async function hasBundles(project: Project, commit: string, planned: readonly Planned[]): Promise<boolean> {
  const blobs = await project.git.readPaths(planned.map((item) => ({ rev: commit, path: bundlePath(item) })));
  for (const [at, item] of planned.entries()) {
    const blob = blobs[at];
    if (!blob) return false;
    try {
      const path = bundlePath(item);
      const { resources } = parseStatement(parseBundle(blob, path).payload, path);
      const files = await filesOf(project, signableOf(item));
      const signed = new Set(resources.map(({ name, sha256 }) => `${sha256} ${name}`));
      if (signed.size !== files.length || !files.every(({ name, sha256 }) => signed.has(`${sha256} ${name}`))) {
        return false;
      }
    } catch (error) {
      if (isMvError(error) && error.code === "invalid-file") return false;
      throw error;
    }
  }
  return true;
}

function signableOf({ model, version, record }: Planned): Signable {
  return { model, version, artifacts: record.artifacts, fetch: "mv fetch" };
}
