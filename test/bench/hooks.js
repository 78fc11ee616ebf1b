// What the hooks cost commands that touch no model.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurns, program, report, time, workshop } from "./measure.js";

function repository({ folder, env }, name, hooks) {
  const repo = join(folder, name);
  mkdirSync(repo);
  const git = (...args) => execFileSync("git", args, { cwd: repo, env, stdio: "pipe" });
  git("init", "-q");
  execFileSync(process.execPath, [program, "init", "--model", "churn", ...(hooks ? [] : ["--no-hooks"])], {
    cwd: repo,
    env,
    stdio: "pipe",
  });
  git("commit", "-qm", "Start");
  writeFileSync(join(repo, "upstream.txt"), "upstream\n");
  git("add", ".");
  git("switch", "-qc", "work");
  git("reset", "-q", "--hard", "main");
  for (let at = 0; at < 30; at++) {
    writeFileSync(join(repo, `file-${at}.txt`), `${at}\n`);
    git("add", ".");
    git("commit", "-qm", `Change ${at}`);
  }
  git("switch", "-q", "main");
  writeFileSync(join(repo, "upstream.txt"), "upstream\n");
  git("add", ".");
  git("commit", "-qm", "Upstream");
  return { repo, git };
}

export function benchHooks() {
  const shop = workshop("hooks");
  try {
    const { env } = shop;
    const plain = repository(shop, "plain", false);
    const hooked = repository(shop, "hooked", true);
    const commit = ({ repo }) => time("git", ["commit", "-q", "--allow-empty", "-m", "empty"], { cwd: repo, env });
    const rebase = ({ repo, git }) => {
      git("switch", "-q", "work");
      const before = git("rev-parse", "HEAD").toString().trim();
      const elapsed = time("git", ["rebase", "-q", "main"], { cwd: repo, env });
      git("reset", "-q", "--hard", before);
      git("switch", "-q", "main");
      return elapsed;
    };
    const commits = inTurns(9, { plain: () => commit(plain), hooked: () => commit(hooked) });
    const rebases = inTurns(3, { plain: () => rebase(plain), hooked: () => rebase(hooked) });
    return [
      report("empty commit with all hooks, whole", commits.hooked, 0, { more: 250 }),
      report("empty commit, with hooks / without (no goal)", commits.hooked, commits.plain, {
        ratio: Number.POSITIVE_INFINITY,
      }),
      report("rebase of 30 commits, with hooks - without", rebases.hooked, rebases.plain, { more: 1000 }),
    ];
  } finally {
    shop.remove();
  }
}
