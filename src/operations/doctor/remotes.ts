// The shared stores: each is asked one small question, and not waited for long.
import { isMvError } from "../../errors.ts";
import type { Project } from "../project.ts";
import { openProjectRemote } from "../remotes.ts";
import { type Check, finding, ok } from "./check.ts";

const WAIT_MS = 15_000;
/** SHA-256 of no bytes: a question that every store can answer. */
const EMPTY = { sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", size: 0 };

export async function checkRemotes(project: Project): Promise<Check[]> {
  const names = Object.keys(project.settings.remotes);
  if (names.length === 0) return [ok("remotes", "none is set up: versions are on this machine alone")];
  return Promise.all(names.map((name) => checkRemote(project, name)));
}

async function checkRemote(project: Project, name: string): Promise<Check> {
  const stop = new AbortController();
  const asked = ask(project, name, stop.signal);
  // It may still be under way when nobody waits any more.
  asked.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, WAIT_MS, null)));
  try {
    const answer = await Promise.race([asked, late]);
    if (answer !== null) return ok("remotes", `${name} answers, ${answer}`);
    return finding("remotes", `${name} did not answer in ${WAIT_MS / 1000} s`, `mv remote test ${name}`);
  } catch (error) {
    if (!isMvError(error)) throw error;
    return finding("remotes", error.message, error.hint ?? `mv remote test ${name}`);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

async function ask(project: Project, name: string, signal: AbortSignal): Promise<string> {
  const remote = await openProjectRemote(project, name);
  try {
    await remote.has([EMPTY], signal);
    return remote.url;
  } finally {
    await remote.close();
  }
}
