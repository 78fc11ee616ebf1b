// The files of an artifact folder.
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { checkMemberPath } from "../model/paths.ts";
import { linkStaysInside } from "../model/manifest.ts";
import { readError } from "../platform/file-errors.ts";
import { type FileStat, fileStat, lstatOrNull } from "../platform/stat.ts";
import { isTempName } from "../platform/temp.ts";
import type { Ignored } from "./bytes.ts";

export type Member = { path: string; stat: FileStat } | { path: string; link: string };

/**
 * All files and links below a folder, in any order; empty folders are nothing. Throws link-leaves for a link that points out
 * of it, bad-path for what is neither file, folder nor link, and for names that no other machine could take.
 */
export function walkFolder(
  root: string,
  key: string,
  options: { ignored: Ignored | undefined; isKnown: (path: string) => boolean },
): Member[] {
  const { ignored, isKnown } = options;
  const members: Member[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const item of list(join(root, folder))) {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      if (isTempName(item.name) || ignored?.(path, item.isDirectory())) continue;
      // A path that is in the index was checked when it came there.
      const why = isKnown(path) ? null : checkMemberPath(path);
      if (why !== null)
        throw new MvError("bad-path", `${key}/${path} cannot be tracked: ${why}`, {
          hint: "rename it, or leave it out with .mvignore",
        });
      if (item.isDirectory()) pending.push(path);
      else members.push(member(root, key, path));
    }
  }
  return members;
}

function list(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw readError(error, folder);
  }
}

function member(root: string, key: string, path: string): Member {
  const stats = lstatOrNull(join(root, path));
  if (stats === null)
    throw new MvError("file-changing", `${key}/${path} went away while ${key} was read`, {
      hint: "repeat when the writer is done",
    });
  if (stats.isFile()) return { path, stat: fileStat(stats) };
  if (!stats.isSymbolicLink()) {
    throw new MvError("bad-path", `${key}/${path} is neither a file, a folder nor a link`, {
      hint: "leave it out with .mvignore",
    });
  }
  const link = readlinkSync(join(root, path));
  if (!linkStaysInside(path, link)) {
    throw new MvError("link-leaves", `${key}/${path} is a link to ${link}, outside ${key}`, {
      hint: "copy the file in, or leave the link out with .mvignore",
      details: { path: `${key}/${path}`, link },
    });
  }
  return { path, link };
}
