// What a bundle covers: the files of a version's artifacts, as `mv get -o DIR` lays them out, each by its SHA-256.
import { join } from "node:path";
import { isMvError, MvError } from "../../errors.ts";
import type { Artifact } from "../../model/content.ts";
import type { Release } from "../../model/release.ts";
import { formatBundle, formatStatement, preAuthentication, type Resource } from "../../model/signing-bundle.ts";
import { STAMP_FILE } from "../get/stamp.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";
import { readSnapshot } from "../snapshot.ts";
import { fromHere } from "../targets.ts";
import { keyHint, type SigningKey } from "./bundle-keys.ts";

/** A version whose files are to be signed. */
export interface Signable extends Pick<Release, "model" | "version"> {
  artifacts: readonly Artifact[];
  /** The command that brings its bytes. */
  fetch: string;
}

/**
 * The files of the artifacts by the manifests in the cache, whose bytes are not looked at. Throws MvError bad-path for a folder
 * with links, which a bundle cannot cover, and object-missing where a manifest is not here.
 */
export async function filesOf(project: Project, { model, version, fetch, artifacts }: Signable): Promise<Resource[]> {
  const store = await project.store();
  const files: Resource[] = [];
  for (const { path, kind, sha256 } of artifacts) {
    if (kind === "external") {
      project.warn(`${path} lies outside the repository: the bundle of ${model} ${version} says nothing of it`);
    } else if (kind === "file") {
      files.push({ name: path, sha256 });
    } else {
      const manifest = await store.manifest(sha256).catch((error: unknown) => {
        throw isMvError(error) && error.code === "object-missing" ? notHere(path, fetch) : error;
      });
      for (const entry of manifest) {
        const name = `${path}/${entry.path}`;
        if ("link" in entry) {
          throw new MvError("bad-path", `${name} is a link: an OpenSSF bundle covers plain files only`, {
            hint: `put the file itself there, then mv add ${fromHere(project, path)}`,
          });
        }
        files.push({ name, sha256: entry.sha256 });
      }
    }
  }
  return files;
}

/**
 * Reads and hashes every byte that is to be signed: nobody should sign what they do not have. Throws MvError bytes-wrong,
 * object-missing, or artifact-modified where the working tree has the version's pointer and other bytes.
 */
export async function requireBytes(project: Project, signable: Signable, files: readonly Resource[]): Promise<void> {
  await requireUnmodified(project, signable);
  const store = await project.store();
  const objects = [...new Set(files.map((file) => file.sha256))];
  for (const { sha256, state } of await store.check(objects, project.report)) {
    if (state === "ok") continue;
    const { name = sha256 } = files.find((file) => file.sha256 === sha256) ?? {};
    if (state === "absent") throw notHere(name, signable.fetch);
    throw new MvError("bytes-wrong", `${name}: the cached object ${sha256.slice(0, 8)} held other bytes`, {
      hint: `${signable.fetch}, then repeat`,
    });
  }
}

/** Where the working tree is at this version, its files must be this version's. */
async function requireUnmodified(project: Project, { artifacts }: Signable): Promise<void> {
  const store = await project.store();
  const { pointers } = await readSnapshot(project, "worktree", () => undefined);
  for (const { path, kind, sha256 } of artifacts) {
    if (kind === "external" || pointers.get(path)?.pointer.sha256 !== sha256) continue;
    const ignored = await readIgnored(project, path);
    const here = await store.look(join(project.root, path), path, { precise: true, ignored });
    if (here === null || here.sha256 === sha256) continue;
    const typed = fromHere(project, path);
    throw new MvError("artifact-modified", `${path} is not what its pointer says: what would be signed is not here`, {
      hint: `mv add ${typed}\nOr back to the pointer: mv restore ${typed} --force`,
    });
  }
}

function notHere(path: string, fetch: string): MvError {
  return new MvError("object-missing", `${path}: its bytes are not in the cache, and what is not here is not signed`, {
    hint: fetch,
  });
}

/** The text of a version's bundle, and its root digest. */
export async function bundleText(
  { model, version }: Pick<Signable, "model" | "version">,
  files: readonly Resource[],
  key: SigningKey,
): Promise<{ text: string; payload: Buffer }> {
  // `mv get` writes the stamp beside the files: who verifies that folder shall not stumble over it.
  const ignored = files.some(({ name }) => name === STAMP_FILE) ? [] : [STAMP_FILE];
  const payload = Buffer.from(formatStatement(`${model}-${version}`, files, ignored));
  const signature = await key.sign(preAuthentication(payload));
  return { text: formatBundle({ payload, signature, keyHint: keyHint(key.publicKey) }), payload };
}

/** The name of a version's bundle. */
export function bundleName({ model, version }: Pick<Release, "model" | "version">): string {
  return `${model}-${version}.sigstore.json`;
}
