// The program that hooks call: the executable of this installation, wherever this module lies in it.
import { fileURLToPath } from "node:url";

/** Absolute path of bin/mversion.js, beside dist/ in a package and src/ in a checkout. */
export function programPath(): string {
  const here = fileURLToPath(import.meta.url);
  const root = here.slice(0, Math.max(here.lastIndexOf("/dist/"), here.lastIndexOf("/src/")));
  return `${root}/bin/mversion.js`;
}
