// Rule 2, seen from the tags alone: every seal names a tag that is there, and every release is what its commit says.
import { createHash } from "node:crypto";
import { isMvError, MvError } from "../../errors.ts";
import { sameContent } from "../../model/content.ts";
import { parseRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { sameVersion } from "../../model/version.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Finding } from "./findings.ts";

/**
 * What is wrong with the releases themselves. Fails with incomplete where a sealed tag was never fetched: then nothing may be
 * concluded of what was released.
 */
export async function releaseFindings(project: Project, releases: Releases): Promise<Finding[]> {
  const broken = releases.broken.map(({ tag, why }) =>
    tagFinding("seal-broken", null, `Tag ${tag} claims to be a release and is none: ${why}.`, `git show ${tag}`),
  );
  const seals = await sealFindings(project, releases);
  return [...broken, ...seals, ...twice(releases), ...(await recordFindings(project, releases.all))];
}

async function sealFindings(project: Project, releases: Releases): Promise<Finding[]> {
  const here = new Set(releases.all.map((release) => release.oid));
  const open = releases.all.flatMap((release) =>
    [release.seal, release.previous]
      .filter((ref) => ref !== null)
      .filter((ref) => !here.has(ref.tag))
      .map((ref) => ({ release, ref })),
  );
  if (open.length === 0) return [];
  const sizes = await project.git.sizes(open.map(({ ref }) => ref.tag));
  const findings: Finding[] = [];
  const said = new Set<string>();
  for (const { release, ref } of open) {
    const now = releases.find(release.model, ref.version);
    if (!now && !sizes.has(ref.tag)) await requireTags(project, release, ref);
    if (said.has(ref.tag)) continue;
    said.add(ref.tag);
    const what = now ? `is tag ${now.oid.slice(0, 7)} now: it was moved` : "is gone";
    findings.push(
      tagFinding(
        "seal-broken",
        release,
        `${release.model} ${release.version} seals ${ref.version} as tag ${ref.tag.slice(0, 7)}, which ${what}.`,
        "mv verify --all",
      ),
    );
  }
  return findings;
}

// Not here as an object either: this clone may simply not have fetched it. A server has nobody to fetch from.
async function requireTags(project: Project, release: Release, ref: NonNullable<Release["seal"]>): Promise<void> {
  if ((await project.git.remotes()).length === 0) return;
  throw new MvError(
    "incomplete",
    `${release.model} ${release.version} seals ${ref.version}, whose tag is not in this clone: what was released cannot be known here`,
    {
      hint: "git fetch --tags\nStill missing: somebody deleted it on the server; mv verify --all where it was made",
      details: { why: "no-tags", model: release.model, version: ref.version, tag: ref.tag },
    },
  );
}

function twice(releases: Releases): Finding[] {
  return releases.all.flatMap((release, at) => {
    const other = releases.all
      .slice(0, at)
      .find((one) => one.model === release.model && sameVersion(one.version, release.version));
    if (!other || sameContent(other.artifacts, release.artifacts)) return [];
    const message = `Tags ${other.tag} and ${release.tag} give ${release.model} ${release.version} two contents.`;
    return [tagFinding("release-differs", release, message, `git show ${other.tag} ${release.tag}`)];
  });
}

/** Releases whose commit holds another record than their tag seals. */
export async function recordFindings(project: Project, releases: readonly Release[]): Promise<Finding[]> {
  const blobs = await project.git.readPaths(releases.map(({ commit, record }) => ({ rev: commit, path: record.path })));
  return releases.flatMap((release, at) => {
    const why = recordDiffers(release, blobs[at] ?? null);
    if (why === null) return [];
    const message = `${release.model} ${release.version}: ${why}.`;
    return [tagFinding("release-differs", release, message, `mv verify ${release.tag}`)];
  });
}

function recordDiffers(release: Release, blob: Buffer | null): string | null {
  const { path, sha256 } = release.record;
  const commit = release.commit.slice(0, 7);
  if (blob === null) return `its commit ${commit} has no ${path}`;
  if (createHash("sha256").update(blob).digest("hex") !== sha256)
    return `${path} at its commit ${commit} is not the one the tag seals`;
  try {
    const record = parseRecord(blob.toString("utf8"), path);
    if (record.version !== release.version) return `${path} at its commit ${commit} declares ${record.version}`;
    return sameContent(record.artifacts, release.artifacts)
      ? null
      : `${path} at its commit ${commit} lists other bytes`;
  } catch (error) {
    if (isMvError(error)) return `${path} at its commit ${commit} cannot be read`;
    throw error;
  }
}

function tagFinding(rule: Finding["rule"], release: Release | null, message: string, next: string): Finding {
  const models = release ? [{ model: release.model, version: release.version }] : [];
  return { rule, severity: "error", message, next: [next], file: release?.record.path ?? null, commit: null, models };
}
