// Git 2.54 and newer: hooks are entries of the config, which run before the hook folder's whatever core.hooksPath says.
import { join } from "node:path";
import type { Git } from "../../git/git.ts";
import { HOOKS, type Hook } from "./events.ts";

/** Whether this Git runs hooks from its config. */
export function hasConfigHooks([major, minor]: readonly [number, number, number]): boolean {
  return major > 2 || (major === 2 && minor >= 54);
}

/** Where the scripts lie that an entry of the config, of husky or of lefthook calls. */
export function scriptsDir(git: Pick<Git, "commonDir">): string {
  return join(git.commonDir, "mversion", "hooks");
}

/**
 * The entry of one hook. Git runs the command in a shell with ` "$@"` put behind it, and fails the operation where the
 * command is not found: a script that is gone must do nothing. Pure.
 */
export function configEntry(hook: Hook, scripts: string): { command: [string, string]; event: [string, string] } {
  const script = `'${join(scripts, hook).replaceAll("'", `'\\''`)}'`;
  const section = `hook.mversion-${hook}`;
  return { command: [`${section}.command`, `[ ! -x ${script} ] || ${script}`], event: [`${section}.event`, hook] };
}

/** Whether the config runs our script of this hook, where this repository lies now. */
export async function isConfigured(git: Git, hook: Hook): Promise<boolean> {
  const { command, event } = configEntry(hook, scriptsDir(git));
  return (await git.config(command[0])) === command[1] && (await git.config(event[0])) === event[1];
}

export async function addConfigHook(git: Git, hook: Hook): Promise<void> {
  if (await isConfigured(git, hook)) return;
  const { command, event } = configEntry(hook, scriptsDir(git));
  await git.setConfig(...command);
  await git.setConfig(...event);
}

/** Takes all entries out again, those of a Git that was replaced by an older one too. */
export async function removeConfigHooks(git: Git): Promise<void> {
  for (const hook of HOOKS) {
    const { command, event } = configEntry(hook, scriptsDir(git));
    for (const [key] of [command, event]) {
      if ((await git.config(key)) !== null) await git.setConfig(key, null);
    }
  }
}
