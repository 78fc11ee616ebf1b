// Taking a commit back: HEAD's branch and the index are put where they were before it. Used by `mv tag`, whose commit
// without its tag would be half a release.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { MvError } from "../errors.ts";
import { head } from "./refs.ts";
import { change, mustChange } from "./simple.ts";
import { type Place, askText, words } from "./spawn.ts";

/** Where git is started; every `Git` is one. */
interface Repository {
  readonly root: string;
  readonly gitDir: string;
}

/** What a commit starts from. */
export interface SavePoint {
  head: string | null;
  indexFile: string;
  /** Null where there is no index yet. */
  index: Buffer | null;
}

/** Remembers HEAD and the index, byte for byte. A hook's own GIT_INDEX_FILE is honoured. */
export async function savePoint(repository: Repository): Promise<SavePoint> {
  const place = placeOf(repository);
  const [{ oid }, path] = await Promise.all([
    head(place),
    askText(place, ["rev-parse", "--path-format=absolute", "--git-path", "index"]),
  ]);
  const indexFile = path.replace(/\n$/, "");
  return { head: oid, indexFile, index: readOrNull(indexFile) };
}

/**
 * Goes back to a save point. `made` is the commit that was made since, or null where there is none. Throws "no-write", with
 * nothing changed, where HEAD names another commit by now.
 */
export async function rollBack(repository: Repository, point: SavePoint, made: string | null): Promise<void> {
  if (made !== null) {
    const back = point.head === null ? ["-d", "HEAD", made] : ["HEAD", point.head, made];
    const { status, output } = await change(repository.root, {
      args: ["update-ref", "-m", "mversion: not released", ...back],
    });
    if (status !== 0) throw new MvError("no-write", words(output));
  }
  writeIndex(point);
}

/** Every change of tracked files into the index, as `git commit -a` does, intent-to-add files among them. */
export async function stageTracked(repository: Repository): Promise<void> {
  // --verbose: simple-git waits another 50 ms for a command that prints nothing.
  await mustChange(placeOf(repository), { args: ["add", "--update", "--verbose"] });
}

/** By Git's own protocol: whoever has made the .lock file may replace the index. */
function writeIndex({ indexFile, index }: SavePoint): void {
  if (index === null) {
    rmSync(indexFile, { force: true });
    return;
  }
  const lock = `${indexFile}.lock`;
  try {
    writeFileSync(lock, index, { flag: "wx" });
  } catch (cause) {
    throw new MvError("no-write", `${indexFile} could not be put back: ${String(cause)}`, { cause });
  }
  renameSync(lock, indexFile);
}

function readOrNull(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

/** Nothing else of a place is needed for these. */
function placeOf({ root, gitDir }: Repository): Place {
  return { root, gitDir, commonDir: gitDir, bare: false, shallow: false };
}
