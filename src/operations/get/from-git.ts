// A version from a Git repository: tag names from its refs, then one tag with the one commit under it.
import { parseSettings, type Settings } from "../../config/config.ts";
import { MvError } from "../../errors.ts";
import type { Git } from "../../git/git.ts";
import { openRemoteRepository, type RemoteRepository } from "../../git/remote-repository.ts";
import { pointerPath } from "../../model/paths.ts";
import { parsePointer } from "../../model/pointer.ts";
import { formatRetractionTag, parseTagObject, type Release } from "../../model/release.ts";
import { formatTag, parseTag } from "../../model/version.ts";
import type { Remote } from "../../remotes/remote.ts";
import type { Surroundings } from "../project.ts";
import { CONFIG_FILE } from "../project.ts";
import { newestAssignment } from "./assigned.ts";
import { gitHostAccess } from "./git-host.ts";
import { contextFor, type Got, type Source } from "./source.ts";

/** Opens a repository as a source; `scratch` is the folder to fetch into. Throws unreachable, no-config. */
export async function openGitSource(around: Surroundings, address: string, scratch: string): Promise<Source> {
  const repository = await openRemoteRepository(address, scratch);
  const settings = await readSettings(repository);
  const formatOf = (model: string): string => settings.models[model]?.tag ?? "v{version}";

  const named = Object.keys(settings.remotes);
  const first = settings.default_remote;
  const opened: Remote[] = [];
  const host = gitHostAccess(around, { address, repository, scratch });

  async function rawTag(name: string): Promise<{ git: Git; oid: string; raw: Buffer } | null> {
    const oid = repository.tags.get(name);
    if (oid === undefined) return null;
    const git = await repository.bring(`refs/tags/${name}`);
    const object = (await git.readObjects([oid])).get(oid);
    return object ? { git, oid, raw: object.bytes } : null;
  }

  return {
    url: repository.url,
    models: async () => Object.keys(settings.models),
    assignment: (model, stage) => newestAssignment(repository, { model, stage, format: formatOf(model) }, rawTag),
    async versions(model) {
      return [...repository.tags.keys()].flatMap((tag) => {
        const version = parseTag(formatOf(model), model, tag);
        return version === null || repository.tags.has(formatRetractionTag(tag)) ? [] : [version];
      });
    },
    async release(model, version) {
      if (!Object.hasOwn(settings.models, model)) return null;
      const name = formatTag(formatOf(model), model, version);
      const found = await rawTag(name);
      if (found === null) return null;
      const reading = parseTagObject(found.raw, found.oid);
      if (reading?.kind !== "release" || reading.release.model !== model || reading.release.version !== version) {
        const why = reading?.kind === "broken" ? reading.why : "it is no release of mversion";
        throw new MvError("release-differs", `${repository.url}: the tag ${name} is not ${model} ${version}: ${why}`);
      }
      return { release: reading.release, raw: found.raw, ...(await readTree(found.git, reading.release)) };
    },
    remotes: [...named.filter((name) => name === first), ...named.filter((name) => name !== first)].map(
      (name) => async () => {
        const { openRemote } = await import("../../remotes/open.ts");
        const remote = await openRemote(name, remoteOf(settings, name), contextFor(around, host));
        opened.push(remote);
        return remote;
      },
    ),
    async close() {
      await Promise.all(opened.splice(0).map((remote) => remote.close()));
    },
  };
}

function remoteOf({ remotes }: Settings, name: string): Settings["remotes"][string] {
  const remote = remotes[name];
  if (!remote) throw new MvError("internal", `${name} was a remote of the settings`);
  return remote;
}

async function readSettings(repository: RemoteRepository): Promise<Settings> {
  const { head, url } = repository;
  const git = head === null ? null : await repository.bring("HEAD");
  const [text] = git && head ? await git.readPaths([{ rev: head, path: CONFIG_FILE }]) : [];
  if (!text) {
    throw new MvError("no-config", `${url} has no ${CONFIG_FILE} on its default branch, and is no store`, {
      hint: "check the address",
    });
  }
  return parseSettings(text.toString("utf8"), `${url} ${CONFIG_FILE}`).settings;
}

/** The record, and which files are executable, as the released commit has them. */
async function readTree(git: Git, release: Release): Promise<Pick<Got, "record" | "executable">> {
  const all = [...release.artifacts, ...release.datasets];
  const paths = [release.record.path, ...all.map(({ path }) => pointerPath(path))];
  const [record, ...pointers] = await git.readPaths(paths.map((path) => ({ rev: release.commit, path })));
  const executable = new Set<string>();
  all.forEach(({ path, sha256 }, at) => {
    const text = pointers[at]?.toString("utf8");
    const pointer = text === undefined ? null : parsePointer(text, pointerPath(path));
    if (pointer?.sha256 === sha256 && pointer.executable) executable.add(path);
  });
  return { record: record?.toString("utf8") ?? "", executable };
}
