// GTO, model_signing, the CycloneDX validator and huggingface_hub, where .ci/python-tools puts them.
import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/** HOME may be a test's own by now. */
const CACHES = [process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), join(userInfo().homedir, ".cache")];

/** Absolute path of `python`, `gto`, `model_signing` … of that environment. Fails where it is missing, as serverProgram does. */
export function pythonTool(name: string): string {
  const found = CACHES.map((cache) => join(cache, "mversion-ci/python-tools/bin", name)).find((path) =>
    existsSync(path),
  );
  if (found !== undefined) return found;
  throw new Error(`${name} is not installed, and a test needs it: bash .ci/python-tools`);
}
