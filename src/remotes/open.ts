// Which remote speaks which scheme. A new one is a line here.
import { MvError } from "../errors.ts";
import type { Remote, RemoteSettings } from "./remote.ts";

type Open = (url: string, root: string) => Promise<Remote>;

const schemes: Readonly<Record<string, () => Promise<Open>>> = {
  file: async () => (await import("./folder.ts")).openFolder,
};

/** Opens a remote of the settings. A url without a scheme is a folder. */
export async function openRemote(name: string, settings: RemoteSettings, root: string): Promise<Remote> {
  const scheme = /^([a-z][a-z0-9+]*):/.exec(settings.url)?.[1] ?? "file";
  const load = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (!load)
    throw new MvError("unreachable", `${name}: ${scheme} remotes are not known to this version`, {
      hint: "a folder: file:///mnt/models",
    });
  return (await load())(settings.url, root);
}
