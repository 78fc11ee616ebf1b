// The files of an artifact folder.
import { readdirSync, readlinkSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { linkStaysInside } from "../model/manifest.ts";
import { checkMemberPath, compareBytes } from "../model/paths.ts";
import { readError } from "../platform/file-errors.ts";
import { changing, type FileStat, fileStat, lstatOrNull } from "../platform/stat.ts";
import { isTempName } from "../platform/temp.ts";
import type { Ignored } from "./bytes.ts";

/** `source` is where the bytes are: the file itself, or the object that a link of ours points to. */
export type Member = { path: string; source: string; stat: FileStat } | { path: string; link: string };

interface Walk {
  root: string;
  key: string;
  ignored: Ignored | undefined;
  /** Whether a link points to an object of the cache: with mversion.link=symlink it stands for the file. */
  isObject: (target: string) => boolean;
}

/**
 * All files and links below a folder, by the bytes of their paths; empty folders are nothing. Throws link-leaves for a link
 * that points out of it, bad-path for what is neither file, folder nor link, and for names that no other machine could take.
 */
export function walkFolder(walk: Walk): Member[] {
  const members: Member[] = [];
  const visit = (folder: string): void => {
    for (const item of list(walk.root, folder)) {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      if (isTempName(item.name) || walk.ignored?.(path, item.isDirectory())) continue;
      assertName(walk.key, path, item.name);
      if (item.isDirectory()) visit(path);
      else members.push(member(walk, path));
    }
  };
  visit("");
  return members;
}

// Sorted as Git sorts trees, a folder as if its name ended in "/": then whole paths come in byte order too.
function list(root: string, folder: string): Dirent[] {
  const absolute = join(root, folder);
  try {
    const items = readdirSync(absolute, { withFileTypes: true });
    const named = items.map((item) => ({ name: item.isDirectory() ? `${item.name}/` : item.name, item }));
    return named.sort((a, b) => compareBytes(a.name, b.name)).map(({ item }) => item);
  } catch (error) {
    throw readError(error, absolute);
  }
}

/** Names that every file system takes and that no rule concerns: the full check costs more than the stat. */
const PLAIN = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,100}[A-Za-z0-9_-])?$/;

function assertName(key: string, path: string, name: string): void {
  if (PLAIN.test(name) && path.length < 1000) return;
  // What is not UTF-8 comes with replacement characters, under which the file cannot be opened.
  const why = name.includes("\ufffd") ? "the name is not valid UTF-8" : checkMemberPath(path);
  if (why === null) return;
  throw new MvError("bad-path", `${key}/${path} cannot be tracked: ${why}`, {
    hint: "rename it, or leave it out with .mvignore",
    details: { path: `${key}/${path}`, why },
  });
}

function member({ root, key, isObject }: Walk, path: string): Member {
  const absolute = `${root}/${path}`;
  const stats = lstatOrNull(absolute);
  if (stats === null) throw changing(`${key}/${path}`);
  if (stats.isFile()) return { path, source: absolute, stat: fileStat(stats) };
  if (!stats.isSymbolicLink()) {
    throw new MvError("bad-path", `${key}/${path} is neither a file, a folder nor a link`, {
      hint: "leave it out with .mvignore",
      details: { path: `${key}/${path}` },
    });
  }
  const link = readlinkSync(absolute);
  if (isObject(link)) {
    const object = lstatOrNull(link);
    if (object?.isFile()) return { path, source: link, stat: { ...fileStat(object), executable: false } };
  }
  if (!linkStaysInside(path, link)) {
    throw new MvError("link-leaves", `${key}/${path} is a link to ${link}, outside ${key}`, {
      hint: "copy the file in, or leave the link out with .mvignore",
      details: { path: `${key}/${path}`, link },
    });
  }
  return { path, link };
}
