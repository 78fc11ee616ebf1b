// Which modules does the project's code import? Reads *.py and *.ipynb with one expression; nothing is parsed or run.
import ignore, { type Ignore } from "ignore";
import { existsSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { listFolder, readHead } from "./reading.ts";

/**
 * What is looked at, at most. Code stays far below; a folder with hundreds of subfolders holds one per class or per day
 * of data, and is not entered.
 */
const LIMITS = { entries: 50_000, subfolders: 200, files: 1000, scriptBytes: 131_072, notebookBytes: 2_097_152 };

const IMPORT = /(?:^|;)[ \t]*(?:import[ \t]+([\w., \t]+)|from[ \t]+(\w[\w.]*)[ \t]+import\b)/gm;

/** The dotted names that a script or, with `notebook`, the JSON of a Jupyter notebook imports. */
export function importsOf(text: string, notebook = false): Set<string> {
  // In a notebook's JSON a line of code begins after a quote (not an escaped one) or an escaped line feed.
  const code = notebook ? text.replace(/\\n|(?<!\\)"/g, "\n") : text;
  const names = new Set<string>();
  for (const match of code.matchAll(IMPORT)) {
    for (const part of match[2] === undefined ? (match[1] ?? "").split(",") : [match[2]]) {
      const name = /^[A-Za-z_][\w.]*/.exec(part.trim())?.[0];
      if (name) names.add(name);
    }
  }
  return names;
}

/**
 * The modules that the code below `root` imports, its own modules left out. Skips what .gitignore names, hidden folders,
 * Python environments and nested repositories. Broad before deep, so that the limits cut what is far away.
 */
export function importsBelow(root: string): Set<string> {
  const names = new Set<string>();
  const own = new Set<string>();
  const top = readRules(root, "");
  const queue: { folder: string; rules: readonly Rule[] }[] = [{ folder: "", rules: top ? [top] : [] }];
  let entries = 0;
  let files = 0;
  for (const { folder, rules } of queue) {
    if (entries > LIMITS.entries || files > LIMITS.files) break;
    const children = listFolder(join(root, folder));
    entries += children.length;
    const scripts = children.filter((child) => child.isFile() && /\.(?:py|ipynb)$/.test(child.name));
    for (const name of scripts.map((child) => child.name).sort()) {
      const path = posix.join(folder, name);
      if (isIgnored(rules, path)) continue;
      files += 1;
      const notebook = name.endsWith(".ipynb");
      const text = readHead(join(root, path), notebook ? LIMITS.notebookBytes : LIMITS.scriptBytes) ?? "";
      for (const module of importsOf(text, notebook)) names.add(module);
      if (!notebook) addOwn(own, folder, name);
    }
    const folders = children.filter((child) => child.isDirectory());
    if (folders.length > LIMITS.subfolders) continue;
    for (const name of folders.map((child) => child.name).sort()) {
      const path = posix.join(folder, name);
      if (isForeign(join(root, path)) || isIgnored(rules, `${path}/`)) continue;
      const more = readRules(root, path);
      queue.push({ folder: path, rules: more ? [...rules, more] : rules });
    }
  }
  return new Set([...names].filter((name) => !own.has(name.split(".", 1)[0] ?? "")));
}

interface Rule {
  folder: string;
  matcher: Ignore;
}

function readRules(root: string, folder: string): Rule | null {
  const text = readHead(join(root, folder, ".gitignore"), 65_536);
  return text === null ? null : { folder, matcher: ignore().add(text) };
}

function isIgnored(rules: readonly Rule[], path: string): boolean {
  let ignored = false;
  for (const { folder, matcher } of rules) {
    const verdict = matcher.test(folder === "" ? path : path.slice(folder.length + 1));
    ignored = verdict.ignored || (ignored && !verdict.unignored);
  }
  return ignored;
}

function isForeign(folder: string): boolean {
  const name = basename(folder);
  if (name.startsWith(".") || ["node_modules", "__pycache__", "site-packages"].includes(name)) return true;
  return ["pyvenv.cfg", "conda-meta", ".git"].some((mark) => existsSync(join(folder, mark)));
}

/** A module beside the scripts (or a package in the root, or in src/) is imported as itself, whatever is installed. */
function addOwn(own: Set<string>, folder: string, file: string): void {
  if (file !== "__init__.py") own.add(file.slice(0, -3));
  else if (["", ".", "src"].includes(dirname(folder))) own.add(basename(folder));
}
