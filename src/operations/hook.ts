// mversion hook NAME: what the installed hooks call. A hook must not fail an innocent command: what it cannot do, it says.
import { isMvError } from "../errors.ts";
import type { Finding } from "./check/findings.ts";
import { checkStaged } from "./check/staged.ts";
import { follow, type FollowResult } from "./follow.ts";
import { leftCommit } from "./hook/followed.ts";
import { openInHook } from "./hook/open.ts";
import { prePush } from "./hook/pre-push.ts";
import { preReceive } from "./hook/pre-receive.ts";
import { isAutomatic, type Surroundings } from "./project.ts";

export interface HookInput {
  /** Git's name of the hook. One that is not ours does nothing. */
  name: string;
  args: readonly string[];
  /** The hook's standard input. */
  readInput(): Promise<string>;
}

export interface HookResult {
  name: string;
  /** True where Git shall not go on. */
  refused: boolean;
  findings: Finding[];
  followed: FollowResult | null;
  /** What could not be done, and what to type about it. */
  failure: { message: string; hint: string | null } | null;
}

/** Runs a hook. Fails only in pre-receive: elsewhere a failure of ours is told, and Git goes on. */
export async function hook(around: Surroundings, input: HookInput): Promise<HookResult> {
  const result: HookResult = { name: input.name, refused: false, findings: [], followed: null, failure: null };
  switch (input.name) {
    case "pre-receive":
      return judged(result, await preReceive(await openInHook(around), await input.readInput()));
    case "pre-push":
      return guarded(result, async () => {
        const text = await input.readInput();
        return judged(result, await prePush(await openInHook(around), input.args, text));
      });
    case "pre-commit":
    case "pre-merge-commit":
      if (isNested(around)) return result;
      return guarded(result, async () => judged(result, await checkStaged(await openInHook(around))));
    case "post-checkout":
    case "post-merge":
    case "post-rewrite":
      if (isNested(around) || isAutomatic(around.env)) return result;
      return guarded(result, () => followAfter(around, input, result));
    default:
      return result;
  }
}

async function followAfter(around: Surroundings, input: HookInput, result: HookResult): Promise<HookResult> {
  const project = await openInHook(around);
  const left = await leftCommit(project, input);
  return left === null ? result : { ...result, followed: await follow(project, left) };
}

function judged(result: HookResult, findings: Finding[]): HookResult {
  return { ...result, findings, refused: findings.some((finding) => finding.severity === "error") };
}

async function guarded(result: HookResult, work: () => Promise<HookResult>): Promise<HookResult> {
  try {
    return await work();
  } catch (error) {
    if (isMvError(error)) return { ...result, failure: { message: error.message, hint: error.hint ?? null } };
    const message = error instanceof Error ? error.message : String(error);
    return { ...result, failure: { message: `nothing was checked: ${message}`, hint: "mv check --staged --debug" } };
  }
}

/** Inside a commit or switch that mversion itself makes: it checks, and brings the artifacts, by itself. */
function isNested({ env }: Surroundings): boolean {
  return env["MVERSION_NESTED"] !== undefined;
}
