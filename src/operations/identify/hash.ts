// Hashes whatever the user points at: a file or a folder, inside the repository or anywhere else.
import { realpath, stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { MvError } from "../../errors.ts";
import { streamFile } from "../../platform/stream.ts";
import { readIgnored } from "../mvignore.ts";
import type { Project } from "../project.ts";

/** The hash of a path, a folder's being its manifest's; null where nothing of that name is there. Fails with bad-path for a device or pipe. */
export async function hashOf(project: Project, typed: string): Promise<{ path: string; sha256: string } | null> {
  const absolute = await realpath(resolve(project.cwd, typed)).catch(() => null);
  if (absolute === null) return null;
  const kind = await stat(absolute);
  if (kind.isFile()) {
    let bytes = 0;
    const report = (more: number): void => {
      bytes += more;
      project.report({ phase: "hashing", bytes, total: kind.size, path: typed });
    };
    return { path: typed, sha256: (await streamFile(absolute, { want: "sha256", onBytes: report })).sha256 };
  }
  if (kind.isDirectory()) return { path: typed, sha256: await folderHash(project, absolute, typed) };
  throw new MvError("bad-path", `${typed} is neither a file nor a folder`);
}

async function folderHash(project: Project, absolute: string, typed: string): Promise<string> {
  const store = await project.store();
  const path = relative(project.root, absolute).split(sep).join("/");
  const isInside = path !== "" && path !== ".." && !path.startsWith("../");
  // What lies elsewhere is no artifact of ours: the stat index shall not remember it.
  const key = isInside ? path : absolute;
  const ignored = isInside ? await readIgnored(project, path) : undefined;
  try {
    const bytes = await store.look(absolute, key, { precise: true, ...(ignored ? { ignored } : {}) });
    if (bytes) return bytes.sha256;
  } finally {
    if (!isInside) await store.forget(key);
  }
  throw new MvError("bad-path", `${typed} is gone`);
}
