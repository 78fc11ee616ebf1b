// Whether tag, record and pointers of releases agree: read anew from Git's objects, never from what was kept.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { MvError } from "../../errors.ts";
import { type Artifact, contentOf } from "../../model/content.ts";
import { diffArtifacts } from "../../model/diff.ts";
import { pointerPath } from "../../model/paths.ts";
import { parsePointer, type Pointer } from "../../model/pointer.ts";
import { type ModelRecord, parseRecord } from "../../model/record.ts";
import { parseTagObject, type Release } from "../../model/release.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import type { Problem } from "./problem.ts";

/** Every disagreement of every release, in three reads of Git however many releases there are. */
export async function checkTags(project: Project, releases: readonly Release[]): Promise<Problem[]> {
  const { git } = project;
  const tags = await git.readObjects(releases.map((release) => release.oid));
  const commits = await git.sizes(releases.map((release) => release.commit));
  const blobs = await git.readPaths(
    releases.flatMap(({ commit, record, artifacts }) => [
      { rev: commit, path: record.path },
      ...artifacts.map(({ path }) => ({ rev: commit, path: pointerPath(path) })),
    ]),
  );
  const problems: Problem[] = [];
  const forget = `rm ${quoted(join(project.stateDir, "releases.json"))}`;
  const parsePointerOnce = onceEach(parsePointer);
  let at = 0;
  for (const release of releases) {
    const [record = null, ...pointers] = blobs.slice(at, at + 1 + release.artifacts.length);
    at += 1 + release.artifacts.length;
    const complain = (message: string, hint = `git show ${release.tag}`): void => {
      const what = `${release.model} ${release.version}`;
      problems.push({ code: "release-differs", what, tag: release.tag, message, hint });
    };
    checkTagObject(release, tags.get(release.oid)?.bytes ?? null, forget, complain);
    if (!commits.has(release.commit)) {
      complain(`its commit ${release.commit.slice(0, 7)} is not in this clone`, "git fetch --unshallow --tags");
      continue;
    }
    checkRecord(release, record, complain);
    release.artifacts.forEach((artifact, index) =>
      checkPointer(artifact, pointers[index] ?? null, parsePointerOnce, complain),
    );
  }
  return problems;
}

/** Tags that claim to be releases and cannot be read, of whatever model. */
export function unreadable(releases: Releases): Problem[] {
  return releases.broken.map(({ tag, oid, why }) => ({
    code: "release-differs",
    what: tag,
    tag,
    message: `claims to be a release and cannot be read: ${why}`,
    hint: `git cat-file tag ${oid}`,
  }));
}

type Complain = (message: string, hint?: string) => void;

function checkTagObject(release: Release, bytes: Buffer | null, forget: string, complain: Complain): void {
  if (bytes === null) return complain("its tag object is gone", "git fsck");
  const algorithm = release.oid.length === 64 ? "sha256" : "sha1";
  const oid = createHash(algorithm).update(`tag ${bytes.length}\0`).update(bytes).digest("hex");
  if (oid !== release.oid) return complain("its tag object is damaged: its bytes are not those of its id", "git fsck");
  const reading = parseTagObject(bytes, release.oid);
  if (reading?.kind !== "release") return complain("its tag object is not that of a release");
  if (sealedPart(reading.release) !== sealedPart(release))
    complain("what mversion kept of the tag is not what it says", forget);
}

// Only what is checked below: a field that another version of mversion keeps is no damage.
function sealedPart({ model, version, commit, content, record, artifacts, datasets, previous, seal }: Release): string {
  return JSON.stringify([model, version, commit, content, record, artifacts, datasets, previous, seal]);
}

function checkRecord(release: Release, blob: Buffer | null, complain: Complain): void {
  const { path, sha256 } = release.record;
  if (blob === null) return complain(`its commit has no ${path}`);
  const actual = createHash("sha256").update(blob).digest("hex");
  if (actual !== sha256)
    complain(`${path} at its commit is ${actual.slice(0, 8)}; the tag sealed ${sha256.slice(0, 8)}`);
  const record = readable(() => parseRecord(blob.toString("utf8"), path), complain);
  if (record) compareRecord(release, record, complain);
}

function compareRecord(release: Release, record: ModelRecord, complain: Complain): void {
  const { path } = release.record;
  const said = (tag: string, own: string | null, field: string): void => {
    if (tag !== own) complain(`${path} at its commit says ${field} ${own ?? "nothing"}; the tag says ${tag}`);
  };
  said(release.model, record.model_name, "model_name");
  said(release.version, record.version, "version");
  said(release.content, record.content, "content");
  const content = `sha256:${contentOf(release.artifacts)}`;
  if (content !== release.content) complain(`its artifacts have content ${content}; the tag says ${release.content}`);
  for (const part of ["artifacts", "datasets"] as const) {
    for (const change of diffArtifacts(release[part], record[part])) {
      const [tag, own] = [change.from?.sha256.slice(0, 8) ?? "nothing", change.to?.sha256.slice(0, 8) ?? "nothing"];
      complain(`${change.renamedFrom ?? change.path}: ${path} at its commit lists ${own}; the tag says ${tag}`);
    }
  }
}

// Datasets' pointers may have moved on since the training: the record and the tag keep the snapshot.
function checkPointer(
  artifact: Artifact,
  blob: Buffer | null,
  parse: (text: string, file: string) => Pointer,
  complain: Complain,
): void {
  const file = pointerPath(artifact.path);
  if (blob === null) return complain(`its commit has no ${file}`);
  const pointer = readable(() => parse(blob.toString("utf8"), file), complain);
  if (!pointer) return;
  for (const field of ["sha256", "kind", "size"] as const) {
    if (pointer[field] !== artifact[field])
      complain(`${file} at its commit says ${field} ${pointer[field]}; the tag says ${artifact[field]}`);
  }
}

function readable<T>(read: () => T, complain: Complain): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MvError)) throw error;
    complain(error.message);
    return null;
  }
}

/** From one release to the next most pointers stay as they are: each text is read once. */
function onceEach<T>(parse: (text: string, file: string) => T): (text: string, file: string) => T {
  const known = new Map<string, T>();
  return (text, file) => {
    const key = `${file}\0${text}`;
    const found = known.get(key) ?? parse(text, file);
    known.set(key, found);
    return found;
  };
}
