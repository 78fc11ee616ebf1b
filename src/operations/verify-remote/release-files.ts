// The releases as a store has them: each proves itself, and is that of the tag here.
import { isMvError } from "../../errors.ts";
import { parseReleaseFile, RELEASE_FILE_MAX_BYTES, releaseFilePath } from "../../model/release-file.ts";
import type { Release } from "../../model/release.ts";
import type { Remote } from "../../remotes/remote.ts";
import { together } from "../../remotes/together.ts";
import { nameOf } from "./needed.ts";

const AT_ONCE = 16;

export interface ReleaseFileFinding {
  path: string;
  what: string;
  tag: string;
  state: "missing" | "unreadable" | "other-tag";
  message: string;
}

/** What is wrong with the files of releases. A remote without named files has none, and nothing is wrong with it. */
export async function checkReleaseFiles(remote: Remote, releases: readonly Release[]): Promise<ReleaseFileFinding[]> {
  if (!remote.abilities.files) return [];
  const findings: ReleaseFileFinding[] = [];
  await together(releases, { jobs: AT_ONCE }, async (release) => {
    const path = releaseFilePath(release.model, release.version);
    const found = await stateOf(remote, release, path);
    if (found !== null) findings.push({ path, what: nameOf(release), tag: release.tag, ...found });
  });
  return findings.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function stateOf(
  remote: Remote,
  release: Release,
  path: string,
): Promise<Pick<ReleaseFileFinding, "state" | "message"> | null> {
  try {
    const file = await remote.readFile(path, RELEASE_FILE_MAX_BYTES);
    if (file === null) return { state: "missing", message: `${path} is missing` };
    const { oid } = parseReleaseFile(file.bytes, path).release;
    if (oid === release.oid) return null;
    const message = `${path} is of tag object ${oid.slice(0, 7)}; ${release.tag} here is ${release.oid.slice(0, 7)}`;
    return { state: "other-tag", message };
  } catch (error) {
    if (!isMvError(error) || error.code !== "invalid-file") throw error;
    return { state: "unreadable", message: error.message };
  }
}

/** Release files of these models that no tag here is named by: paths. Empty where the remote cannot be listed. */
export async function unknownReleaseFiles(remote: Remote, releases: readonly Release[]): Promise<string[]> {
  if (!remote.abilities.files || !remote.abilities.list) return [];
  const known = new Set(releases.map(({ model, version }) => releaseFilePath(model, version)));
  const paths: string[] = [];
  for (const model of new Set(releases.map((release) => release.model))) {
    paths.push(...(await remote.listFiles(`models/${model}/releases`)));
  }
  return paths.filter((path) => path.endsWith(".json") && !known.has(path));
}
