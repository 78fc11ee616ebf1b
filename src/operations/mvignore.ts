// .mvignore: which files of a folder are not part of an artifact, in .gitignore's own language.
import { join } from "node:path";
import { readTextFile } from "../platform/files.ts";
import type { Project } from "./project.ts";

const MAX_BYTES = 1 << 20;

/** Answers for paths inside one artifact folder whether they are left out. */
export type Ignored = (relative: string, isDirectory: boolean) => boolean;

/**
 * Reads the .mvignore of the repository's root, of every folder above the artifact and of the artifact folder itself.
 * Later, deeper files win, as with .gitignore. Returns undefined where there is none.
 */
export async function readIgnored(project: Project, artifact: string): Promise<Ignored | undefined> {
  const parts = artifact.split("/");
  const rules: { base: string; text: string }[] = [];
  for (let length = 0; length <= parts.length; length++) {
    const base = parts.slice(0, length).join("/");
    const text = await readTextFile(join(project.root, base, ".mvignore"), MAX_BYTES);
    if (text !== null) rules.push({ base, text });
  }
  if (rules.length === 0) return undefined;
  const { default: ignore } = await import("ignore");
  const levels = rules.map(({ base, text }) => ({ base, matcher: ignore().add(text) }));
  return (relative, isDirectory) => {
    const path = `${artifact}/${relative}${isDirectory ? "/" : ""}`;
    let left = false;
    for (const { base, matcher } of levels) {
      const { ignored, unignored } = matcher.test(base === "" ? path : path.slice(base.length + 1));
      if (ignored) left = true;
      if (unignored) left = false;
    }
    return left;
  };
}

/** The rule that leaves a whole operand out, or null. */
export async function ignoredBy(project: Project, path: string, isDirectory: boolean): Promise<string | null> {
  const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const parts = parent === "" ? [] : parent.split("/");
  const { default: ignore } = await import("ignore");
  for (let length = parts.length; length >= 0; length--) {
    const base = parts.slice(0, length).join("/");
    const text = await readTextFile(join(project.root, base, ".mvignore"), MAX_BYTES);
    if (text === null) continue;
    const relative = base === "" ? path : path.slice(base.length + 1);
    const { ignored, unignored } = ignore()
      .add(text)
      .test(isDirectory ? `${relative}/` : relative);
    if (ignored) return base === "" ? ".mvignore" : `${base}/.mvignore`;
    if (unignored) return null;
  }
  return null;
}
