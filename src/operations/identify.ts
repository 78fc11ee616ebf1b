// mv identify: which versions hold these bytes. Asked of a file or folder, anywhere on disk, or of a hash.
import { relative, resolve } from "node:path";
import { MvError } from "../errors.ts";
import { compareBytes } from "../model/paths.ts";
import { declaredHere, draftHoldings } from "./identify/drafts.ts";
import { hashOf } from "./identify/hash.ts";
import { type Holding, matching, releaseHoldings, versionOf } from "./identify/holding.ts";
import { memberHoldings } from "./identify/members.ts";
import type { Project } from "./project.ts";
import { readReleases } from "./releases.ts";
import { quoted } from "./targets.ts";
import { oneModel } from "./versions.ts";

export interface IdentifyInput {
  /** A path, or at least 8 hex digits of a SHA-256, with or without "sha256:". */
  what: string;
  model?: string | undefined;
}

export interface IdentifyResult {
  /** The hash asked for; of a prefix, the one hash that it is the beginning of, or null where there are several. */
  sha256: string | null;
  /** What was hashed; null where a hash was given. */
  path: string | null;
  /** Releases newest first, then what the working tree and HEAD's history declare without a release. */
  holdings: Holding[];
}

const HASH = /^(?:sha256:)?([0-9a-f]{8,64})$/i;

/** Fails with nothing-found where no known version holds the bytes, and with usage where it is neither a path nor a hash. */
export async function identify(project: Project, input: IdentifyInput): Promise<IdentifyResult> {
  const hashed = await hashOf(project, input.what);
  const prefix = hashed?.sha256 ?? HASH.exec(input.what)?.[1]?.toLowerCase();
  if (prefix === undefined) {
    throw new MvError("usage", `${input.what} is neither a file or folder nor a SHA-256 (8 hex digits at least)`, {
      hint: "mv identify models/model.onnx",
    });
  }
  const only = input.model === undefined ? null : oneModel(project, input.model);
  const releases = await readReleases(project);
  const list = (only === null ? releases.all : releases.of(only)).toSorted((a, b) => b.tagger.date - a.tagger.date);
  const holdings = [
    ...list.flatMap((release) => matching(releaseHoldings(release), prefix)),
    ...(await draftHoldings(project, releases, prefix, only)),
  ];
  if (holdings.length === 0) {
    const released = list.map((release) => ({ version: versionOf(release), listing: release }));
    const listed = [...released, ...(await declaredHere(project, releases, only))];
    holdings.push(...(await memberHoldings(project, listed, prefix)));
  }
  if (holdings.length === 0) throw await unknown(project, input.what, hashed?.sha256 ?? null);
  const hashes = [...new Set(holdings.map((holding) => holding.sha256))].toSorted(compareBytes);
  return { sha256: hashes.length === 1 ? (hashes[0] ?? null) : null, path: hashed?.path ?? null, holdings };
}

/** Whether it is a file that `mv add` would take. */
function isInside(project: Project, what: string, sha256: string | null): boolean {
  return sha256 !== null && !/^\.\.(?:[\\/]|$)/.test(relative(project.root, resolve(project.cwd, what)));
}

async function unknown(project: Project, what: string, sha256: string | null): Promise<MvError> {
  const shallow = await project.git.isShallow();
  const bytes = sha256 === null ? what : `${what} (${sha256.slice(0, 8)})`;
  return new MvError("nothing-found", `${bytes} is in no version that this clone knows`, {
    hint: shallow
      ? "git fetch --unshallow --tags"
      : isInside(project, what, sha256)
        ? `mv add ${quoted(what)}`
        : "git fetch --tags",
    details: { sha256 },
  });
}
