#!/usr/bin/env node
// Starts the built program. A question for the version alone is answered here, before anything is loaded.
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";

module.enableCompileCache?.();
const main = new URL("../dist/cli/main.js", import.meta.url);
const [word, ...others] = process.argv.slice(2);

if ((word === "--version" || word === "-V") && others.length === 0) {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`${manifest.version}\n`);
} else if (existsSync(main)) {
  const program = await import(main.href);
  await program.main(process.argv.slice(2));
} else {
  process.stderr.write("mversion: dist/ is missing: this is a checkout that was not built\nNext: npm run build\n");
  process.exitCode = 70;
}
