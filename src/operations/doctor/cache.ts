// The local cache: how much lies in it, whether a sample still is what its names say, and whether the disk has room.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { MvError } from "../../errors.ts";
import { canWriteInto, freeBytes } from "../../platform/files.ts";
import { isAbsent } from "../../platform/file-errors.ts";
import type { Project } from "../project.ts";
import { type Check, finding, ok } from "./check.ts";

/** A sample is read in a second or two. */
const SAMPLE_COUNT = 200;
const SAMPLE_BYTES = 256 * 1024 * 1024;
/** Less than this is no room for a model. */
const LEAST_FREE_BYTES = 512 * 1024 * 1024;

export async function checkCache(project: Project): Promise<Check[]> {
  const store = await project.store();
  const objects = [...store.list()];
  const quarantined = quarantine(store.dir);
  const sample = chosen(objects);
  const states = await store.check(
    sample.map(({ sha256 }) => sha256),
    project.report,
  );
  const rotten = states.filter(({ state }) => state === "rotten");
  const checks = rotten.map(({ sha256 }) =>
    finding("cache", `object ${sha256.slice(0, 12)} is rotten; it is in quarantine now`, "mv verify --all"),
  );
  if (quarantined > 0) {
    const text = `${count(quarantined, "object")} in quarantine: bytes that were not what their names said`;
    checks.push(finding("cache", text, "mv verify --all tells what lacks them; mv gc empties it in time"));
  }
  if (!canWriteInto(store.dir)) {
    const [text, remedy] = existsSync(store.dir)
      ? [`${store.dir} is there to read alone: nothing can be added, and its gc does not ask this repository`, ""]
      : [`${store.dir} is not there, and cannot be made in ${folderAbove(store.dir)}`, "mount it, or "];
    checks.push(finding("cache", text, `${remedy}git config mversion.cache FOLDER, for one that can be written`));
  }
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const text = `${count(objects.length, "object")}, ${sizeWords(bytes)}; ${sample.length} of them read again`;
  return checks.length > 0 ? checks : [ok("cache", text)];
}

/** The nearest that is there. */
function folderAbove(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : folderAbove(folder);
}

/** How much lies in quarantine. */
function quarantine(cacheDir: string): number {
  try {
    return readdirSync(join(cacheDir, "quarantine")).length;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}

/** Every n-th, small enough to be read at once; the cache's order is that of hashes, so that is as good as by chance. */
function chosen(objects: readonly { sha256: string; size: number }[]): { sha256: string; size: number }[] {
  const step = Math.max(1, Math.ceil(objects.length / SAMPLE_COUNT));
  let bytes = 0;
  return objects.filter(({ size }, at) => at % step === 0 && (bytes += size) <= SAMPLE_BYTES);
}

export async function checkDisk(project: Project): Promise<Check[]> {
  const { dir } = await project.store();
  const free = await freeBytes(dir).catch((cause: unknown) => {
    throw new MvError("no-read", `${dir} cannot be looked at`, { hint: "check its permissions", cause });
  });
  if (free >= LEAST_FREE_BYTES) return [ok("disk", `${sizeWords(free)} free`)];
  const remedy = "mv gc, mv evict, or move the cache: git config mversion.cache /other/disk";
  return [finding("disk", `only ${sizeWords(free)} free for ${dir}`, remedy)];
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** Powers of 1000. */
function sizeWords(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const unit = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  return unit === 0 ? `${size} B` : `${(size / 1000 ** unit).toPrecision(3)} ${units[unit]}`;
}
