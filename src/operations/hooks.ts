// mv hooks install | uninstall | status: the hooks of this clone, whether or not mversion is set up in it yet.
import { type Git, openGit } from "../git/git.ts";
import { type HooksResult, installHooks } from "./hooks/install.ts";
import { hooksStatus, type HooksStatus } from "./hooks/status.ts";
import { uninstallHooks, type UnhookResult } from "./hooks/uninstall.ts";
import { outside, type Surroundings } from "./project.ts";

/** Installs the hooks; `program` is what they call. Fails with hooks-blocked. Safe to repeat. */
export async function hooksInstall(around: Surroundings, program: string): Promise<HooksResult> {
  return installHooks({ git: await openHere(around.cwd), program, env: around.env });
}

/** Removes the hooks without a trace. Safe to repeat. */
export async function hooksUninstall(around: Surroundings): Promise<UnhookResult> {
  return uninstallHooks(await openHere(around.cwd));
}

/** What is true of the hooks here. Changes nothing. */
export async function hooksReport(around: Surroundings): Promise<HooksStatus> {
  return hooksStatus(await openHere(around.cwd));
}

function openHere(cwd: string): Promise<Git> {
  return openGit(cwd).catch(outside(cwd));
}
