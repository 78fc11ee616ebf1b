// The files of an artifact folder.
import { readdirSync, readlinkSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { MvError } from "../errors.ts";
import { linkStaysInside } from "../model/manifest.ts";
import { checkMemberPath, compareBytes, showPath } from "../model/paths.ts";
import { readError } from "../platform/file-errors.ts";
import { changing, lstatOrNull } from "../platform/stat.ts";
import { type FolderStamp, folderStamp } from "../platform/stat-jobs.ts";
import { isTempName } from "../platform/temp.ts";
import type { Ignored } from "./bytes.ts";

export interface Walked {
  /** Regular files, by the bytes of their paths. */
  paths: string[];
  /** The object that a link of ours points to, for those of the paths (by position) that are such links. */
  linked: Map<number, string>;
  /** Other links with their targets, by the bytes of their paths. */
  links: (readonly [string, string])[];
  /** Every folder, "" for the root. */
  folders: Map<string, WalkedFolder>;
}

export interface WalkedFolder {
  /** How many names it has, whatever they stand for. */
  names: number;
  /** Of before it was listed; null where it was no folder then. */
  stamp: FolderStamp | null;
}

interface Walk {
  root: string;
  key: string;
  ignored: Ignored | undefined;
  /** Whether a link points to an object of the cache: with mversion.link=symlink it stands for the file. */
  isObject: (target: string) => boolean;
  /** Called once where there are many files: threads take a while to start. */
  onMany: () => void;
}

/** Threads pay from that many on. */
export const MANY = 1500;

/**
 * All files and links below a folder; empty folders are nothing. Throws link-leaves for a link that points out of it, bad-path
 * for what is neither file, folder nor link, and for names that no other machine could take.
 */
export function walkFolder(walk: Walk): Walked {
  const walked: Walked = { paths: [], linked: new Map(), links: [], folders: new Map() };
  let isMany = false;
  const visit = (folder: string): void => {
    const stamp = folderStamp(join(walk.root, folder));
    const { items, isPlain } = list(walk, folder);
    walked.folders.set(folder, { names: items.length, stamp });
    for (const item of items) {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      if ((!isPlain && isTempName(item.name)) || walk.ignored?.(path, item.isDirectory())) continue;
      if (!isPlain || path.length >= PLAIN_LENGTH) assertName(walk, path, item.name);
      if (item.isFile()) walked.paths.push(path);
      else if (item.isDirectory()) visit(path);
      else takeOther(walk, walked, path);
    }
    if (isMany || walked.paths.length < MANY) return;
    isMany = true;
    walk.onMany();
  };
  visit("");
  return walked;
}

/** Names that every file system takes and that no rule concerns: the full check costs more than the stat. */
const PLAIN = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,100}[A-Za-z0-9_-])?$/;
const PLAIN_LENGTH = 1000;

// Sorted as Git sorts trees, a folder as if its name ended in "/": then whole paths come in byte order too.
function list({ root }: Walk, folder: string): { items: Dirent[]; isPlain: boolean } {
  const absolute = join(root, folder);
  let items: Dirent[];
  try {
    items = readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    throw readError(error, absolute);
  }
  const isPlain = items.every((item) => PLAIN.test(item.name));
  // The simple comparison is ten times as fast, and the same for such names.
  if (isPlain && items.every((item) => item.isFile())) items.sort((a, b) => (a.name < b.name ? -1 : 1));
  else items.sort((a, b) => compareBytes(nameOf(a), nameOf(b)));
  return { items, isPlain };
}

function nameOf(item: Dirent): string {
  return item.isDirectory() ? `${item.name}/` : item.name;
}

function assertName({ root, key }: Walk, path: string, name: string): void {
  if (path.length < PLAIN_LENGTH && PLAIN.test(name)) return;
  // What is not UTF-8 comes with replacement characters, under which the file cannot be opened.
  const isUtf8 = !name.includes("\ufffd") || lstatOrNull(`${root}/${path}`) !== null;
  const why = isUtf8 ? checkMemberPath(path) : "the name is not valid UTF-8";
  if (why === null) return;
  throw new MvError("bad-path", `${showPath(`${key}/${path}`)} cannot be tracked: ${why}`, {
    hint: "rename it, or leave it out with .mvignore",
    details: { path: `${key}/${path}`, why },
  });
}

/** A link, or what the folder's list did not tell the kind of. */
function takeOther({ root, key, isObject }: Walk, walked: Walked, path: string): void {
  const absolute = `${root}/${path}`;
  const stats = lstatOrNull(absolute);
  if (stats === null) throw changing(`${key}/${path}`);
  if (stats.isFile()) return void walked.paths.push(path);
  if (!stats.isSymbolicLink()) {
    throw new MvError("bad-path", `${showPath(`${key}/${path}`)} is neither a file, a folder nor a link`, {
      hint: "leave it out with .mvignore",
      details: { path: `${key}/${path}` },
    });
  }
  const link = readlinkSync(absolute);
  if (isObject(link) && lstatOrNull(link)?.isFile()) {
    walked.linked.set(walked.paths.length, link);
    walked.paths.push(path);
    return;
  }
  if (!linkStaysInside(path, link)) {
    throw new MvError("link-leaves", `${showPath(`${key}/${path}`)} is a link to ${showPath(link)}, outside ${key}`, {
      hint: "copy the file in, or leave the link out with .mvignore",
      details: { path: `${key}/${path}`, link },
    });
  }
  walked.links.push([path, link]);
}
