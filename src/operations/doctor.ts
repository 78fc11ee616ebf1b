// mv doctor: looks at everything that mversion stands on here, and says what is wrong and what to type. Changes nothing but a
// rotten object's place.
import { errorTable, isMvError } from "../errors.ts";
import { type Check, finding } from "./doctor/check.ts";
import { checkCache, checkDisk } from "./doctor/cache.ts";
import { checkMv, checkPrograms, checkShadows } from "./doctor/programs.ts";
import { checkRemotes } from "./doctor/remotes.ts";
import { checkHistory, checkHooks, checkLeftovers } from "./doctor/repository.ts";
import { openProject, type Project, type Surroundings } from "./project.ts";

export type { Check } from "./doctor/check.ts";

export interface DoctorInput {
  /** Version of the Node that runs this, without the "v". */
  node: string;
  /** Words that are commands: a file of that name in the current folder is in their way. */
  verbs: readonly string[];
  /** Ask the remotes too. Default true. */
  remotes?: boolean;
}

export interface DoctorResult {
  checks: Check[];
  /** How many of them are not ok. */
  findings: number;
}

/** Never fails for what it finds: that is its result. Works outside a repository too, as far as it can. */
export async function doctor(around: Surroundings, input: DoctorInput): Promise<DoctorResult> {
  const checks: Check[] = [];
  const take = async (area: string, look: () => Check[] | Promise<Check[]>): Promise<void> => {
    try {
      checks.push(...(await look()));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const remedy = isMvError(error) ? (error.hint ?? errorTable[error.code].remedy) : "report it: this is a bug";
      checks.push(finding(area, message, remedy));
    }
  };
  await take("programs", () => checkPrograms(around.cwd, input.node, around.env));
  await take("mv", () => [...checkMv(around.env), ...checkShadows(around.cwd, input.verbs)]);
  const project: { now?: Project } = {};
  await take("repository", async () => {
    // What it would warn of is what the checks below look at.
    project.now = await openProject({ ...around, hookHint: false });
    return [];
  });
  const opened = project.now;
  if (opened) {
    await take("hooks", () => checkHooks(opened.git, opened.env));
    await take("history", () => checkHistory(opened));
    await take("left over", () => checkLeftovers(opened));
    await take("cache", () => checkCache(opened));
    await take("disk", () => checkDisk(opened));
    if (input.remotes !== false) await take("remotes", () => checkRemotes(opened));
  }
  return { checks, findings: checks.filter(({ ok }) => !ok).length };
}
