// Every version of every artifact in the history of branches: what `push --all` sends beside the releases.
import { changedFiles } from "../../git/changes.ts";
import { isMvError } from "../../errors.ts";
import { artifactPath, POINTER_SUFFIX } from "../../model/paths.ts";
import { parsePointer } from "../../model/pointer.ts";
import type { SendTarget } from "../objects/send.ts";
import type { Project } from "../project.ts";

/** The bytes that pointers of these commits and their ancestors name. Old drafts may be nowhere any more: none is required. */
export async function draftTargets(project: Project, tips: readonly string[]): Promise<SendTarget[]> {
  const { git } = project;
  const commits = await git.commits({ include: tips });
  const changes = await changedFiles(git, {
    commits: commits.map(({ oid }) => oid),
    merges: "all-parents",
    globs: [`**/*${POINTER_SUFFIX}`],
  });
  const paths = new Map<string, string>();
  for (const files of changes.values()) for (const { oid, path } of files) paths.set(oid, path);
  const blobs = await git.readObjects([...paths.keys()].filter((oid) => !/^0+$/.test(oid)));
  return [...blobs].flatMap(([oid, { type, bytes }]) => {
    const file = paths.get(oid) ?? "";
    const pointer = type === "blob" ? read(bytes.toString("utf8"), file) : null;
    if (pointer === null || pointer.kind === "external") return [];
    const { kind, sha256, size } = pointer;
    return [{ path: artifactPath(file), kind, sha256, size, of: "a draft", required: false }];
  });
}

function read(text: string, file: string): ReturnType<typeof parsePointer> | null {
  try {
    return parsePointer(text, file);
  } catch (error) {
    // A conflict that was committed, or a broken file of long ago.
    if (isMvError(error)) return null;
    throw error;
  }
}
