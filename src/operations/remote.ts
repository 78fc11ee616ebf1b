// mv remote add | list | remove | test: the shared stores that the settings name. What they hold is not touched.
import { randomUUID } from "node:crypto";
import { join, relative, resolve, sep } from "node:path";
import { parseSettings, type RemoteSettings, withoutRemote, withRemote } from "../config/config.ts";
import { isMvError, MvError } from "../errors.ts";
import { readTextFile, writeFileAtomic } from "../platform/files.ts";
import { changing } from "./change.ts";
import { CONFIG_FILE, type Project } from "./project.ts";
import { remoteContext } from "./remotes.ts";
import { stageChanged } from "./staging.ts";
import { quoted } from "./targets.ts";

export { remoteTest, type RemoteTestResult } from "./remote/test.ts";

export interface RemoteAddInput {
  name: string;
  /** As typed: a relative folder counts from the current one. */
  url: string;
  default?: boolean | undefined;
  endpoint?: string | undefined;
  region?: string | undefined;
  pathStyle?: boolean | undefined;
}

export interface RemoteInfo extends RemoteSettings {
  name: string;
  /** The remote that push, pull and fetch use where none is named. */
  default: boolean;
}

export interface RemoteAddResult extends RemoteInfo {
  /** The repository's identity in stores. */
  id: string;
  /** False where everything was there already. */
  changed: boolean;
}

const MAX_BYTES = 1 << 20;

/**
 * Adds a remote to .mversion.yaml, and the repository's identity where it has none; stages the file. The first remote becomes
 * the default. Safe to repeat. Fails with usage for an address that may not stand there, exists where the name has another.
 */
export async function remoteAdd(project: Project, input: RemoteAddInput): Promise<RemoteAddResult> {
  const { requireAddress, schemeOf } = await import("../remotes/open.ts");
  requireAddress(input.name, input.url);
  const isFolder = schemeOf(input.url) === "file" && !input.url.startsWith("file:");
  const settings: RemoteSettings = {
    url: isFolder ? fromRoot(project, input.url) : input.url,
    endpoint: input.endpoint ?? null,
    region: input.region ?? null,
    path_style: input.pathStyle === true,
  };
  requireS3(input, schemeOf(input.url));
  await requireOpenable(project, input.name, settings);
  return changing(project, async () => {
    const { text, settings: now } = await readSettings(project);
    const known = Object.hasOwn(now.remotes, input.name) ? now.remotes[input.name] : undefined;
    if (known && !isSame(known, settings)) throw otherAddress(input, known);
    const id = now.id ?? randomUUID();
    const isDefault = input.default === true || now.default_remote === null || now.default_remote === input.name;
    const also = {
      ...(now.id === null ? { id } : {}),
      ...(isDefault ? { default_remote: input.name } : {}),
    };
    const after = withRemote(text, input.name, known ? null : settings, also);
    // A name or an address that the settings would refuse is refused before it stands there.
    requireReadable(after, input.name);
    if (after !== text) await writeFileAtomic(join(project.root, CONFIG_FILE), after);
    await stageChanged(project, [CONFIG_FILE]);
    return { name: input.name, ...settings, default: isDefault, id, changed: after !== text };
  });
}

/** The remotes of the settings. Asks none of them. */
export function remoteList(project: Project): { remotes: RemoteInfo[] } {
  const { remotes, default_remote } = project.settings;
  const names = Object.keys(remotes);
  const chosen = default_remote ?? (names.length === 1 ? names[0] : null);
  return {
    remotes: Object.entries(remotes).map(([name, settings]) => ({ name, ...settings, default: name === chosen })),
  };
}

/** Takes a remote out of .mversion.yaml and stages the file. The store and all that it holds stay. Fails with usage. */
export async function remoteRemove(project: Project, name: string): Promise<RemoteInfo> {
  return changing(project, async () => {
    const { text, settings: now } = await readSettings(project);
    const known = Object.hasOwn(now.remotes, name) ? now.remotes[name] : undefined;
    if (!known) throw new MvError("usage", `There is no remote ${name}`, { hint: "mv remote list" });
    await writeFileAtomic(join(project.root, CONFIG_FILE), withoutRemote(text, name));
    await stageChanged(project, [CONFIG_FILE]);
    return { name, ...known, default: now.default_remote === name };
  });
}

/** The file as it is now: the project was opened before the lock was taken. */
async function readSettings(project: Project): Promise<{ text: string; settings: Project["settings"] }> {
  const text = (await readTextFile(join(project.root, CONFIG_FILE), MAX_BYTES)) ?? "schema: 1\n";
  return { text, settings: parseSettings(text, CONFIG_FILE).settings };
}

function requireReadable(text: string, name: string): void {
  try {
    parseSettings(text, CONFIG_FILE);
  } catch (error) {
    if (!isMvError(error)) throw error;
    const why = error.message.replace(/^.*?: remotes\.[^:]*: /, "");
    throw new MvError("usage", `remote ${name}: ${why}`, { hint: "mv remote add --help", cause: error });
  }
}

/** What the remote's own scheme says of the address. Whether it can be reached now does not matter here. */
async function requireOpenable(project: Project, name: string, settings: RemoteSettings): Promise<void> {
  const { openRemote } = await import("../remotes/open.ts");
  try {
    await (await openRemote(name, settings, remoteContext(project))).close();
  } catch (error) {
    if (!isMvError(error) || error.code === "usage") throw error;
  }
}

/** A folder in or beside the repository is named from its root, so that it means the same everywhere in it. */
function fromRoot(project: Project, typed: string): string {
  if (typed.startsWith("/")) return resolve(typed);
  return relative(project.root, resolve(project.cwd, typed)).split(sep).join("/") || ".";
}

function requireS3(input: RemoteAddInput, scheme: string): void {
  if (scheme === "s3") return;
  const flag =
    input.endpoint !== undefined
      ? "--endpoint"
      : input.region !== undefined
        ? "--region"
        : input.pathStyle === true
          ? "--path-style"
          : null;
  if (flag === null) return;
  throw new MvError("usage", `${flag} is for s3:// remotes; ${input.name} is none`, { hint: "mv remote add --help" });
}

function isSame(a: RemoteSettings, b: RemoteSettings): boolean {
  return (["url", "endpoint", "region", "path_style"] as const).every((key) => a[key] === b[key]);
}

function otherAddress({ name, url }: RemoteAddInput, known: RemoteSettings): MvError {
  const differs = known.url === url ? "another endpoint, region or path style" : `the address ${known.url}`;
  return new MvError("exists", `There is a remote ${name} already, with ${differs}`, {
    hint: `mv remote remove ${name} && mv remote add ${name} ${quoted(url)}`,
    details: { remote: name, url: known.url },
  });
}
