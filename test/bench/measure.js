// Measures commands as ratios to a floor that runs in turns with them, so that a noisy machine hurts both alike.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const program = join(root, "bin", "mversion.js");

/** A folder that lives as long as the bench; its HOME and identity are its own. */
export function workshop(name) {
  const base = process.env["BENCH_DIR"] ?? tmpdir();
  const folder = realpathSync(mkdtempSync(join(base, `mversion-bench-${name}-`)));
  const home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(
    join(home, ".gitconfig"),
    "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n[gc]\nauto = 0\n",
  );
  const env = { ...process.env, HOME: home, GIT_CONFIG_NOSYSTEM: "1", CI: "" };
  delete env["CI"];
  return { folder, env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a program; fails loudly on another status than 0. Returns milliseconds of wall-clock time. */
export function time(command, args, options = {}) {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 1 << 30,
    ...options,
  });
  const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: status ${status}\n${stderr}`);
  return elapsed;
}

/** Runs functions in turns and returns the median milliseconds of each. A function may return its own figure. */
export function inTurns(rounds, functions) {
  const samples = Object.fromEntries(Object.keys(functions).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(functions)) samples[name].push(run());
  }
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values)]));
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** One line of the report: what, its time, the floor's, their ratio or difference, and the goal. */
export function report(what, ours, floor, goal) {
  const value = goal.ratio === undefined ? ours - floor : ours / floor;
  const limit = goal.ratio ?? goal.more;
  const unit = goal.ratio === undefined ? " ms more" : " times";
  const shown = goal.ratio === undefined ? value.toFixed(0) : value.toFixed(2);
  return { what, ours, floor, text: `${shown}${unit}`, goal: `${limit}${unit}`, met: value <= limit };
}
