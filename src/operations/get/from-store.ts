// A version from a store alone: no Git, no Git host. What is read are copies that prove themselves by their own ids.
import { MvError } from "../../errors.ts";
import { parseReleaseFile, RELEASE_FILE_MAX_BYTES, releaseFilePath } from "../../model/release-file.ts";
import { parseStageFile, STAGE_FILE_MAX_BYTES, stageFilePath } from "../../model/stage-file.ts";
import { parseStoreFile, STORE_FILE, STORE_FILE_MAX_BYTES } from "../../model/store-file.ts";
import { parseVersion } from "../../model/version.ts";
import type { Remote, RemoteContext } from "../../remotes/remote.ts";
import type { Source } from "./source.ts";

/** Opens a store as a source. `sure`: the address can be nothing else; otherwise null where no store is there. */
export async function openStoreSource(context: RemoteContext, address: string, sure: boolean): Promise<Source | null> {
  const remote = await openStore(context, address, sure);
  if (remote === null) return null;
  return {
    url: remote.url,
    models: () => modelsOf(remote),
    async assignment(model, stage) {
      const path = stageFilePath(model, stage);
      const file = await remote.readFile(path, STAGE_FILE_MAX_BYTES);
      if (file === null) return null;
      const assigned = parseStageFile(file.bytes, path);
      const { assignment } = assigned;
      if (assignment.model !== model || assignment.stage !== stage) {
        throw new MvError("invalid-file", `${path} of ${remote.url} is the assignment ${assignment.tag}`, {
          hint: "mv push --all, which writes it anew",
          details: { file: path },
        });
      }
      return assigned;
    },
    async versions(model) {
      const files = await list(remote, `models/${model}/releases`);
      return files.flatMap((path) => {
        const version = path.slice(path.lastIndexOf("/") + 1).replace(/\.json$/, "");
        return parseVersion(version) === version ? [version] : [];
      });
    },
    async release(model, version) {
      const path = releaseFilePath(model, version);
      const file = await remote.readFile(path, RELEASE_FILE_MAX_BYTES);
      if (file === null) return null;
      const copy = parseReleaseFile(file.bytes, path);
      if (copy.release.model === model && copy.release.version === version) return { ...copy, executable: new Set() };
      const other = `${copy.release.model} ${copy.release.version}`;
      throw new MvError("invalid-file", `${path} of ${remote.url} is the release ${other}`, {
        hint: "mv push --all, which writes it anew",
        details: { file: path },
      });
    },
    remotes: [async () => remote],
    close: () => remote.close(),
  };
}

async function openStore(context: RemoteContext, address: string, sure: boolean): Promise<Remote | null> {
  const { openRemote } = await import("../../remotes/open.ts");
  const settings = { url: address, endpoint: null, region: null, path_style: false };
  try {
    const remote = await openRemote("store", settings, context);
    if (sure || (await remote.readFile(STORE_FILE, STORE_FILE_MAX_BYTES)) !== null) return remote;
    await remote.close();
  } catch (error) {
    if (sure) throw error;
  }
  return null;
}

async function list(remote: Remote, folder: string): Promise<string[]> {
  if (remote.abilities.list) return remote.listFiles(folder);
  throw new MvError("denied", `${remote.url} cannot be listed, so the version has to be named`, {
    hint: "mv get URL MODEL@v1.2.0 -o DIR",
  });
}

async function modelsOf(remote: Remote): Promise<string[]> {
  const file = await remote.readFile(STORE_FILE, STORE_FILE_MAX_BYTES);
  if (file === null) return [];
  return parseStoreFile(file.bytes, remote.url).repositories.flatMap(({ models }) => models);
}
