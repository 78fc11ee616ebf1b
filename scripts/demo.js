// Plays a user's first day with mversion on the real models of test/fixtures: every line that starts with "$" is run by
// a shell in a temp repository, and what it must have done is checked. Usage: npm run demo [-- --keep]
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const program = join(dirname(fileURLToPath(import.meta.url)), "..");
const fixtures = join(program, "test", "fixtures");
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "mversion-demo-")));
const repository = join(scratch, "churn");
const home = join(scratch, "home");
const bin = join(scratch, "bin");

/** Only what is listed here reaches the commands: no Git settings, environments or colours of whoever runs the demo. */
const environment = {
  PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
  HOME: home,
  TMPDIR: scratch,
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  NO_COLOR: "1",
  GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
};

const JANUARY = { alpha: "1.0", data: "data/january/train.csv", model: "models/churn-a/model.onnx" };
const FEBRUARY = { alpha: "3.0", data: "data/february/train.csv", model: "models/churn-b/model.onnx" };
const measured = JSON.parse(readFileSync(join(fixtures, "models", "metrics.json"), "utf8"));

class Unexpected extends Error {}
let commands = 0;

/** @param {string} text One or several lines for the reader. */
function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Prints a command, runs it, prints its output as it came (stdout and stderr in their order), and checks its exit status.
 * @param {string} line
 * @param {{status?: number, says?: readonly string[]}} [expected]
 */
function run(line, { status = 0, says = [] } = {}) {
  commands += 1;
  say(`\n$ ${line}`);
  const done = spawnSync("/bin/sh", ["-c", `exec 2>&1\n${line}`], {
    cwd: repository,
    env: environment,
    encoding: "utf8",
  });
  const output = done.stdout ?? "";
  if (output !== "") say(output.trimEnd().replace(/^/gm, "  "));
  if (done.error) throw new Unexpected(`${line}: ${done.error.message}`);
  if (done.status !== status) throw new Unexpected(`${line}: exit status ${done.status}, expected ${status}`);
  for (const words of says)
    if (!output.includes(words)) throw new Unexpected(`${line}: the output does not say "${words}"`);
  return output.trimEnd();
}

/** @param {string} text @param {boolean} holds */
function check(text, holds) {
  if (!holds) throw new Unexpected(`not so: ${text}`);
  say(`  (checked: ${text})`);
}

/** @param {string} path */
function sha256(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** @param {string} path @param {string} fixture */
function isFixture(path, fixture) {
  return sha256(join(repository, path)) === sha256(join(fixtures, fixture));
}

/**
 * What a training leaves behind: test/fixtures/make_models.py ran this very script on these very data.
 * @param {{alpha: string, data: string, model: string}} training
 */
function train({ alpha, data, model }) {
  const script = readFileSync(join(fixtures, "train.py"), "utf8");
  writeFileSync(join(repository, "train.py"), script.replace(/^ALPHA = .*$/m, `ALPHA = ${alpha}`));
  copyFileSync(join(fixtures, data), join(repository, "data", "train.csv"));
  copyFileSync(join(fixtures, model), join(repository, "models", "model.onnx"));
}

function alphaInCode() {
  return /^ALPHA = (.*)$/m.exec(readFileSync(join(repository, "train.py"), "utf8"))?.[1];
}

/** @param {string} name @param {{alpha: string, data: string, model: string}} training */
function checkContent(name, { alpha, data, model }) {
  check(`models/model.onnx is ${name}'s, byte for byte`, isFixture("models/model.onnx", model));
  check(`data/train.csv is ${name}'s`, isFixture("data/train.csv", data));
  check(`train.py is ${name}'s: ALPHA = ${alpha}`, alphaInCode() === alpha);
}

function prepare() {
  for (const folder of [home, bin, join(repository, "data"), join(repository, "models")])
    mkdirSync(folder, { recursive: true });
  // What `npm install --global` does.
  const { bin: commandFiles } = JSON.parse(readFileSync(join(program, "package.json"), "utf8"));
  for (const [name, file] of Object.entries(commandFiles)) symlinkSync(join(program, file), join(bin, name));
  writeFileSync(
    join(home, ".gitconfig"),
    "[user]\n\tname = Ada\n\temail = ada@example.org\n[advice]\n\tdetachedHead = false\n",
  );
  copyFileSync(join(fixtures, "data", "holdout.csv"), join(repository, "data", "holdout.csv"));
  copyFileSync(join(fixtures, "requirements.txt"), join(repository, "requirements.txt"));
}

function play() {
  say("# A folder with a training script, January's customers and the model trained on them.");
  train(JANUARY);
  run("git init --quiet --initial-branch=main && ls -p . data models");
  run("mv init --model churn");
  run("mv add data/train.csv --dataset");
  const january = measured["churn-a"].accuracy;
  run(`mv add models/model.onnx --metric accuracy=${january} --param alpha=${JANUARY.alpha} --feature-set 3.1.0`);
  run("git add train.py requirements.txt data/holdout.csv");
  run('mv tag v1.0.0 -m "Initial production-ready model"', { says: ["1.0.0"] });
  const first = run("git rev-parse HEAD");

  say(
    "\n# Weeks later: prices have risen, ALPHA in train.py is edited, the network is trained on February's customers.",
  );
  train(FEBRUARY);
  run("mv status");
  run("mv add data/train.csv --dataset");
  const february = measured["churn-b"].accuracy;
  run(`mv add models/model.onnx --metric accuracy=${february} --param alpha=${FEBRUARY.alpha}`);
  run("git commit -am wip", { status: 1, says: ["1.0.0", "mv tag v1.1.0"] });
  check("no commit was made", run("git rev-parse HEAD") === first);
  run('mv tag v1.1.0 -a -m "Retrained on the February snapshot"', { says: ["1.1.0"] });

  run("mv log", { says: ["1.1.0", "1.0.0", "Retrained on the February snapshot"] });
  run("mv diff v1.0.0 v1.1.0", { says: ["models/model.onnx", "data/train.csv", "alpha", "accuracy", "train.py"] });
  run("git cat-file tag v1.1.0", { says: ["model: churn", "version: 1.1.0"] });

  say("\n# What exactly was 1.0.0?");
  run("mv checkout v1.0.0");
  checkContent("January", JANUARY);
  say("\n# And back: the hooks bring model and data along with a plain git switch.");
  run("git switch --quiet main");
  checkContent("February", FEBRUARY);
  say("\n# Only January's model, on today's branch.");
  run("mv restore v1.0.0 models/model.onnx");
  check("models/model.onnx is January's, byte for byte", isFixture("models/model.onnx", JANUARY.model));
  check("data/train.csv is still February's", isFixture("data/train.csv", FEBRUARY.data));
  run("mv restore v1.1.0 models/model.onnx");
  checkContent("February", FEBRUARY);
  run("mv verify --all");
}

const keep = process.argv.includes("--keep");
try {
  prepare();
  play();
  say(`\nDemo: all ${commands} commands did what the story says.${keep ? ` The repository: ${repository}` : ""}`);
  if (!keep) rmSync(scratch, { recursive: true, force: true });
} catch (error) {
  if (!(error instanceof Unexpected)) throw error;
  say(`\nDemo failed at command ${commands}. ${error.message}. The repository stays in ${repository}`);
  process.exitCode = 1;
}
