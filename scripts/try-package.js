// Packs the package, installs it into an empty folder and runs it there: what a user gets from the registry.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(join(tmpdir(), "mversion-package-"));
const run = (program, args, cwd) =>
  execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
try {
  const packed = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], root));
  const file = (Array.isArray(packed) ? packed[0] : Object.values(packed)[0]).filename;
  writeFileSync(join(folder, "package.json"), '{"name":"somewhere-else","private":true,"type":"module"}\n');
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", `./${file}`], folder);
  const bin = join(folder, "node_modules", ".bin");
  run("git", ["init", "-q", "-b", "main", "work"], folder);
  const work = join(folder, "work");
  run(join(bin, "git-mversion"), ["init", "--model", "churn"], work);
  writeFileSync(join(work, "model.onnx"), "model A\n");
  run(join(bin, "mv"), ["add", "model.onnx"], work);
  process.stdout.write(run(join(bin, "mversion"), ["status"], work));
  writeFileSync(
    join(folder, "use.js"),
    'import { openProject, status } from "git-mversion";\nconst project = await openProject({ cwd: process.argv[2], env: process.env });\nconsole.log((await status(project)).models[0].declared);\n',
  );
  const declared = run(process.execPath, ["use.js", work], folder).trim();
  if (declared !== "0.1.0-dev.1") throw new Error(`The library says ${declared}`);
  process.stdout.write(`The package ${file} installs and runs: ${run(join(bin, "mversion"), ["--version"], folder)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
