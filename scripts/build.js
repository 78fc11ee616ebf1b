// Builds dist/: bundles with shared chunks (half the start-up time of separate files), then the library's types.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
// Built beside dist and then renamed: a program that runs meanwhile finds the old one or the new one, whole.
const fresh = `dist-${process.pid}`;
await build({
  entryPoints: ["src/cli/main.ts", "src/index.ts", "src/platform/hash-worker.ts"],
  outbase: "src",
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // CommonJS packages inside an ES module bundle look for `require`.
  banner: {
    js: 'import { createRequire as createRequire_ } from "node:module"; const require = createRequire_(import.meta.url);',
  },
  legalComments: "none",
  logLevel: "warning",
});
if (process.argv.includes("--types")) {
  execFileSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "--project", "tsconfig.types.json", "--outDir", `${fresh}/types`],
    {
      stdio: "inherit",
    },
  );
}
const old = `${fresh}.old`;
if (existsSync("dist")) renameSync("dist", old);
renameSync(fresh, "dist");
rmSync(old, { recursive: true, force: true });
