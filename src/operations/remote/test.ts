// mv remote test: tries everything that a remote has to do, and says what it can and how fast. A remote that is read-only is
// only read: what it is tried with are this repository's own artifacts.
import { copyFileSync } from "node:fs";
import { isMvError, MvError } from "../../errors.ts";
import { STORE_FILE, STORE_FILE_MAX_BYTES } from "../../model/store-file.ts";
import type { Abilities, ObjectRef, Remote } from "../../remotes/remote.ts";
import { openProjectRemote } from "../remotes.ts";
import type { Project } from "../project.ts";
import { readSnapshot } from "../snapshot.ts";
import { certify, type Certified, get, goOn } from "./certify.ts";
import { createScratch, type Scratch } from "./scratch.ts";
import { type Check, createSteps, rate, type Steps } from "./steps.ts";

export interface RemoteTestResult extends Certified {
  remote: string;
  url: string;
  abilities: Abilities;
  checks: readonly Check[];
  /** Whether nothing failed. */
  passed: boolean;
}

/** Larger artifacts are not fetched for a test. */
const TRIED_MOST = 64 * 1024 * 1024;
/** The time of less says nothing of a line. */
const TIMED_LEAST = 1024 * 1024;

/**
 * Tests a remote of the settings, the default one where `name` is null. What fails is in the result; a remote that cannot even
 * be asked throws unreachable or denied.
 */
export async function remoteTest(project: Project, name: string | null): Promise<RemoteTestResult> {
  const remote = await openProjectRemote(project, name);
  const scratch = createScratch(project.stateDir);
  const steps = createSteps();
  try {
    await remote.has([{ sha256: "0".repeat(64), size: 1 }]).catch((error: unknown) => {
      throw withOtherHint(error, remote.name);
    });
    const certified = remote.abilities.write
      ? await certify(remote, scratch, steps)
      : await certifyReading(project, remote, scratch, steps);
    return {
      remote: remote.name,
      url: remote.url,
      abilities: remote.abilities,
      checks: steps.checks,
      passed: steps.checks.every(({ state }) => state !== "failed"),
      ...certified,
    };
  } finally {
    scratch.discard();
    await remote.close();
  }
}

/** What everybody else is told to type has just been typed. */
function withOtherHint(error: unknown, name: string): unknown {
  if (!isMvError(error) || error.hint !== `mv remote test ${name}`) return error;
  const { code, message, details } = error;
  const hint = "is it up, and is that its address? mv remote list, and mv remote add with the right one";
  return new MvError(code, message, { hint, details, cause: error });
}

async function certifyReading(project: Project, remote: Remote, scratch: Scratch, steps: Steps): Promise<Certified> {
  const speed: Certified["speed"] = { put: null, get: null };
  steps.skip("put", "unable", "it is read-only");
  const tried = await heldArtifacts(project, remote);
  const largest = tried.at(-1);
  if (!largest) {
    steps.skip("get", "untested", "it holds none of the files that this commit's pointers name");
  } else {
    await steps.run("has", async () => `it holds ${tried.length} of the files that this commit's pointers name`);
    await steps.run("get", () => get(remote, tried, scratch));
    await steps.run("resume", async () => {
      const whole = scratch.target(largest);
      const found = await rate(largest.size, () => remote.receive([whole], { jobs: 1 }));
      if (largest.size >= TIMED_LEAST) speed.get = found;
      const source = scratch.target(largest);
      copyFileSync(whole.file, source.file);
      return goOn(remote, source, scratch);
    });
  }
  if (remote.abilities.files) {
    await steps.run("files", async () => {
      const found = await remote.readFile(STORE_FILE, STORE_FILE_MAX_BYTES);
      return found === null ? "there is no mversion.json yet: nothing was pushed there" : "named files can be read";
    });
  }
  return { speed, left: 0 };
}

/** A few of the files that pointers name and the remote holds, smallest first. */
async function heldArtifacts(project: Project, remote: Remote): Promise<ObjectRef[]> {
  const { pointers } = await readSnapshot(project, "worktree", () => undefined);
  const files = new Map<string, ObjectRef>();
  for (const { pointer } of pointers.values()) {
    if (pointer.kind !== "file" || pointer.size > TRIED_MOST) continue;
    files.set(pointer.sha256, { sha256: pointer.sha256, size: pointer.size });
  }
  const held = await remote.has([...files.values()]);
  const sorted = [...files.values()].filter(({ sha256 }) => held.has(sha256)).toSorted((a, b) => a.size - b.size);
  return sorted.length > 4 ? [...sorted.slice(0, 3), ...sorted.slice(-1)] : sorted;
}
