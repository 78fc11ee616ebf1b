// The bytes of a placement, written beside their places by the chosen kind of link, and checked on the way.
import { chmodSync, linkSync, rmSync, symlinkSync } from "node:fs";
import { MvError } from "../errors.ts";
import { cloneFile } from "../platform/clone.ts";
import { systemCode, writeError } from "../platform/file-errors.ts";
import { makeFolder } from "../platform/files.ts";
import { streamFile } from "../platform/stream.ts";
import { SYNC_ALL_FROM, syncFiles, syncFileSystem } from "../platform/sync.ts";
import { hashFiles } from "./hash-files.ts";
import type { Placing } from "./place.ts";
import type { Plan, Write } from "./place-plan.ts";

/** From that size on a file has a stream of its own. */
const LARGE = 8 * 1024 * 1024;

interface Job {
  plan: Plan;
  write: Write;
  want: "sha256" | "xxh64";
}

/** Writes everything into the plans' scratch folders, durably. Throws bytes-wrong, no-space, no-write. */
export async function writeAll(placing: Placing, plans: readonly Plan[]): Promise<void> {
  const jobs = plans.flatMap((plan) =>
    plan.writes.filter(({ moves }) => moves !== true).map((write) => ({ plan, write, want: wantOf(placing, write) })),
  );
  const total = jobs.reduce((sum, { write }) => sum + write.size, 0);
  let done = 0;
  const onBytes = (bytes: number): void =>
    placing.progress?.({ phase: "Writing", bytes: (done += bytes), total, files: jobs.length });
  for (const { scratch, writes, links } of plans) {
    if (writes.length + links.length > 0) makeFolder(scratch);
    for (const { temp, link } of links) symlinkSync(link, temp);
  }
  const isLinked = ({ write }: Job): boolean =>
    (placing.link === "symlink" || placing.link === "hardlink") && !write.executable;
  const unlinked = await linkAll(placing, jobs.filter(isLinked), onBytes);
  await copyAll(
    placing,
    jobs.filter((job) => !isLinked(job)),
    onBytes,
  );
  // Their bytes have been counted when they were read.
  await copyAll(placing, unlinked, () => undefined);
}

async function copyAll(placing: Placing, jobs: readonly Job[], onBytes: (bytes: number) => void): Promise<void> {
  await copySmall(
    placing,
    jobs.filter(({ write }) => write.size < LARGE),
    onBytes,
  );
  for (const job of jobs) if (job.write.size >= LARGE) await copyLarge(placing, job, onBytes);
}

/** XXH64 finds bit rot in a cache that is ours alone; where others write to it, only SHA-256 proves anything. */
function wantOf({ shared }: Placing, { xxh64 }: Write): "sha256" | "xxh64" {
  return xxh64 !== undefined && xxh64 !== "" && !shared ? "xxh64" : "sha256";
}

/** A cache on another disk, a disk without links, a file with as many as it can have. */
const UNLINKABLE = ["EXDEV", "EMLINK", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EROFS"];

/**
 * Nothing is copied here that could be checked on the way, so the objects are read first. Returns what the disk gives no link to,
 * which is to be copied.
 */
async function linkAll(placing: Placing, jobs: readonly Job[], onBytes: (bytes: number) => void): Promise<Job[]> {
  for (const want of ["sha256", "xxh64"] as const) {
    const some = jobs.filter((job) => job.want === want);
    const sources = some.map(({ write }) => ({ path: placing.objects.path(write.sha256), size: write.size }));
    const hashed = await hashFiles(placing.workers, sources, onBytes, want);
    for (const [at, job] of some.entries()) {
      if (hashed[at]?.[want] === job.write[want]) continue;
      if (want === "xxh64" && (await placing.objects.isGood(job.write.sha256))) continue;
      throw placing.objects.reject(job.write.sha256, nameOf(job));
    }
  }
  const unlinked: Job[] = [];
  for (const job of jobs) {
    const { write } = job;
    const object = placing.objects.path(write.sha256);
    try {
      if (placing.link === "hardlink") {
        chmodSync(object, 0o444);
        linkSync(object, write.temp);
      } else {
        symlinkSync(object, write.temp);
        write.source = object;
      }
    } catch (error) {
      if (!UNLINKABLE.includes(systemCode(error))) throw writeError(error, write.target);
      unlinked.push(job);
    }
  }
  return unlinked;
}

async function copySmall(placing: Placing, jobs: readonly Job[], onBytes: (bytes: number) => void): Promise<void> {
  await placing.workers
    .each(jobs, {
      job: "copy",
      input: (portion) => ({
        items: portion.map(({ write, want }) => ({
          from: placing.objects.path(write.sha256),
          to: write.temp,
          mode: modeOf(write),
          sha256: write.sha256,
          xxh64: want === "xxh64" ? write.xxh64 : undefined,
          size: write.size,
        })),
      }),
      bytes: jobs.reduce((sum, { write }) => sum + write.size, 0),
      done: (portion) => onBytes(portion.reduce((sum, { write }) => sum + write.size, 0)),
    })
    .catch(async (error: unknown) => {
      throw await blame(placing, jobs, error);
    });
  const [first] = jobs;
  if (first === undefined) return;
  if (jobs.length >= SYNC_ALL_FROM && (await syncFileSystem(first.plan.scratch))) return;
  await syncFiles(jobs.map(({ write }) => write.temp));
}

/** The error of the copy job, which names an object, as one that names the artifact; a rotten object is put away. */
async function blame(placing: Placing, jobs: readonly Job[], error: unknown): Promise<unknown> {
  if (!(error instanceof MvError) || error.code !== "bytes-wrong") return error;
  const job = jobs.find(({ write }) => write.sha256 === error.details["sha256"]);
  return job ? placing.objects.reject(job.write.sha256, nameOf(job)) : error;
}

async function copyLarge(placing: Placing, job: Job, onBytes: (bytes: number) => void): Promise<void> {
  const { write, want } = job;
  const object = placing.objects.path(write.sha256);
  const mode = modeOf(write);
  try {
    if (placing.link === "reflink" && cloneFile(object, write.temp)) {
      // The clone has the mode of the object: read-only.
      chmodSync(write.temp, mode & ~umask());
      if ((await streamFile(write.temp, { want, onBytes }))[want] === write[want]) return;
      if ((await streamFile(write.temp, { want: "sha256" })).sha256 === write.sha256) return;
    } else {
      const to = { path: write.temp, mode };
      if ((await streamFile(object, { to, want, onBytes }))[want] === write[want]) return;
      // The fingerprint may be what is wrong, since it comes from a committed file: SHA-256 decides.
      rmSync(write.temp);
      if (want === "xxh64" && (await streamFile(object, { to, want: "sha256" })).sha256 === write.sha256) return;
    }
  } catch (error) {
    throw writeError(error, write.target);
  }
  throw placing.objects.reject(write.sha256, nameOf(job));
}

function nameOf({ plan, write }: Job): string {
  return write.path === "" ? plan.item.key : `${plan.item.key}/${write.path}`;
}

/** Before the umask. */
export function modeOf({ executable }: Write): number {
  return executable ? 0o777 : 0o666;
}

let mask: number | undefined;

export function umask(): number {
  return (mask ??= process.umask());
}
