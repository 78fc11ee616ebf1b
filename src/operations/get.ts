// mv get: one version's artifacts from a Git repository or straight from a store, into a folder, for a container or a script.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MvError } from "../errors.ts";
import { choose, type Piece } from "./get/choose.ts";
import { fill } from "./get/fill.ts";
import { replaceFolder } from "./get/folder.ts";
import { holds } from "./get/held.ts";
import { openSource } from "./get/source.ts";
import { formatStamp, readStamp, STAMP_FILE, type Stamp } from "./get/stamp.ts";
import { createStores } from "./get/stores.ts";
import { findWanted, type Wanted } from "./get/wanted.ts";
import type { Surroundings } from "./project.ts";

export interface GetInput {
  /** A Git repository's address or path, or a store's. */
  source: string;
  /** MODEL, VERSION, MODEL@VERSION or MODEL@STAGE; undefined: the only model's newest release. */
  version?: string | undefined;
  /** Artifacts, folders that hold some, files inside one, or globs; none: all of the model's. */
  paths: readonly string[];
  into: string;
  /** Data that it was trained on, too. */
  data?: boolean | undefined;
  /** Do nothing where the folder holds that version. */
  ifChanged?: boolean | undefined;
  /** Replace a folder that holds other things. */
  force?: boolean | undefined;
  /** An allowed-signers file: the release's tag must be signed by its tagger. */
  allowedSigners?: string | undefined;
  jobs?: number | undefined;
}

export interface GetResult extends Stamp {
  /** The folder, absolute. */
  folder: string;
  /** False where the folder held that version already. */
  changed: boolean;
  files: number;
  bytes: number;
}

const JOBS = 8;

/** Gets a version. The folder is wholly the one before or wholly the new one, after a kill too. */
export async function get(around: Surroundings, input: GetInput): Promise<GetResult> {
  const folder = resolve(around.cwd, input.into);
  let result: GetResult | undefined;
  await replaceFolder(folder, { name: input.into, force: input.force === true }, async ({ scratch, treeFor }) => {
    const source = await openSource(around, input.source, scratch);
    try {
      const wanted = await findWanted(source, input.version);
      if (input.allowedSigners !== undefined) {
        const file = resolve(around.cwd, input.allowedSigners);
        await requireSigned(wanted, file, around.now?.() ?? new Date());
      }
      const stores = createStores(source);
      const pieces = await choose(wanted.release, { paths: input.paths, data: input.data === true }, stores);
      const before = input.ifChanged ? readStamp(folder) : null;
      if (before !== null && (await holds(before, folder, wanted.release, pieces))) {
        result = { ...before, folder, changed: false, files: 0, bytes: 0 };
        return false;
      }
      const tree = treeFor(digestOf(wanted.release.oid, pieces));
      const { executable } = wanted;
      const report = around.report ?? (() => undefined);
      const { files, bytes, counts } = await fill(stores, pieces, tree, {
        jobs: input.jobs ?? JOBS,
        executable,
        report,
      });
      const stamp = stampOf(wanted, source.url, pieces, counts);
      writeFileSync(join(tree, STAMP_FILE), formatStamp(stamp));
      result = { ...stamp, folder, changed: true, files, bytes };
      return true;
    } finally {
      await source.close();
    }
  });
  if (!result) throw new MvError("internal", "nothing was built and nothing was said");
  return result;
}

/** Of a release and the files that are wanted of it. */
function digestOf(oid: string, pieces: readonly Piece[]): string {
  return createHash("sha256")
    .update(JSON.stringify([oid, pieces.map(({ path }) => path)]))
    .digest("hex");
}

function stampOf(
  { release, stage }: Wanted,
  source: string,
  pieces: readonly Piece[],
  counts: ReadonlyMap<string, number>,
): Stamp {
  const { model, version, tag, oid, commit, content, dataset_snapshot_id, feature_set_version } = release;
  return {
    schema: 1,
    model,
    version,
    tag,
    oid,
    commit,
    content,
    dataset_snapshot_id,
    feature_set_version,
    source,
    stage,
    artifacts: pieces.map((piece) => {
      if ("link" in piece) return { path: piece.path, kind: "link", link: piece.link };
      const { path, kind, sha256, size } = piece;
      const files = counts.get(path);
      return { path, kind, sha256, size, ...(files === undefined ? {} : { files }) };
    }),
  };
}

async function requireSigned({ release, raw }: Wanted, file: string, now: Date): Promise<void> {
  const [{ checkTagSignature }, { readSignersFile }, { quoted }] = await Promise.all([
    import("../git/signature.ts"),
    import("./trust/signers.ts"),
    import("./targets.ts"),
  ]);
  const allowedSigners = readSignersFile(file, "--verify-signature");
  const { why } = await checkTagSignature(raw, { allowedSigners, revokedKeys: null, gpg: null, now });
  if (why === null) return;
  throw new MvError("signature", `${release.tag}: ${why}`, {
    hint: `git cat-file tag ${quoted(release.tag)}, in a clone, shows who made it and what is signed`,
    details: { tag: release.tag },
  });
}
