// Which process is which: a pid alone is not enough, because pids are given out anew and containers have their own.
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "./file-errors.ts";

/** A process as another one on the same machine can recognise it. Empty texts where the system does not tell. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** The machine's boot and the pid namespace: pids of others mean nothing here. */
  boot: string;
  space: string;
  /** Start time in clock ticks since boot (field 22 of /proc/PID/stat). */
  start: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

interface ProcStat {
  name: string;
  state: string;
  parent: number;
  start: string;
}

/** Name, state letter, parent and start time of a process; null where /proc does not tell. Format: proc(5), /proc/pid/stat. */
function procStat(pid: number | "self"): ProcStat | null {
  const text = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything, so count from its end.
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const [state, parent, start] = [fields[0], Number(fields[1]), fields[19]];
  if (text === "" || state === undefined || start === undefined) return null;
  return { name: text.slice(text.indexOf("(") + 1, end), state, parent, start };
}

export function thisProcess(): ProcessIdentity {
  let space = "";
  try {
    space = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Not Linux.
  }
  return {
    pid: process.pid,
    host: hostname(),
    boot: read("/proc/sys/kernel/random/boot_id"),
    space,
    start: procStat("self")?.start ?? "",
  };
}

/** The processes above this one, the nearest first, with the names of their programs; none where /proc does not tell. */
export function ancestors(): { name: string; identity: ProcessIdentity }[] {
  const found: { name: string; identity: ProcessIdentity }[] = [];
  const own = thisProcess();
  for (let pid = procStat("self")?.parent ?? 0; pid > 0;) {
    const stat = procStat(pid);
    if (stat === null) break;
    found.push({ name: stat.name, identity: { ...own, pid, start: stat.start } });
    pid = stat.parent;
  }
  return found;
}

/** Whether a process of that pid exists here and is not a zombie. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, and is another user's.
    return systemCode(error) === "EPERM";
  }
  return procStat(pid)?.state !== "Z";
}

/** Whether a process has certainly ended. One of another machine or container cannot be judged, and counts as running. */
export function hasEnded(other: ProcessIdentity): boolean {
  const own = thisProcess();
  if (other.host !== own.host) return false;
  if (other.boot !== own.boot) return other.boot !== "" && own.boot !== "";
  if (other.space !== own.space) return false;
  if (!isRunning(other.pid)) return true;
  const start = procStat(other.pid)?.start;
  return start !== undefined && other.start !== "" && start !== other.start;
}
