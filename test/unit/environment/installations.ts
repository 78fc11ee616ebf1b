// Python installations on disk as pip, venv, conda and pyenv lay them out, without an interpreter where none is needed.
import { createRepo, type TestRepo } from "../../helpers/git.ts";

/** An empty folder with a writer. */
export function folder(files: Record<string, string> = {}): TestRepo {
  const made = createRepo({ init: false });
  for (const [path, content] of Object.entries(files)) made.write(path, content);
  return made;
}

export interface Package {
  name: string;
  version: string;
  /** Top-level modules by top_level.txt, or by RECORD. */
  top?: string[];
  record?: string[];
}

/** Files of installed distributions, by path below `prefix`. */
export function sitePackages(site: string, packages: readonly Package[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, version, top, record } of packages) {
    const info = `${site}/${name.replaceAll("-", "_")}-${version}.dist-info`;
    files[`${info}/METADATA`] = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nSummary: x\n\nVersion: 0\n`;
    if (top) files[`${info}/top_level.txt`] = `${top.join("\n")}\n`;
    if (record) files[`${info}/RECORD`] = record.map((path) => `${path},sha256=x,1\n`).join("");
    for (const module of top ?? []) files[`${site}/${module}/__init__.py`] = "";
    for (const path of record ?? []) files[`${site}/${path}`] = "";
  }
  return files;
}

/** A virtual environment as `python -m venv` leaves it, by path below `at`. */
export function virtualEnvironment(at: string, version: string, packages: readonly Package[]): Record<string, string> {
  const short = version.split(".").slice(0, 2).join(".");
  return {
    [`${at}/bin/python3`]: '#!/bin/sh\necho ran >> "$0.ran"\nexit 1\n',
    [`${at}/pyvenv.cfg`]: `home = /usr/bin\ninclude-system-site-packages = false\nversion = ${version}\n`,
    [`${at}/lib/python${short}/site-packages/README.txt`]: "",
    ...sitePackages(`${at}/lib/python${short}/site-packages`, packages),
  };
}
