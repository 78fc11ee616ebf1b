// How long the program takes to start, and to read a repository with many releases.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurns, program, report, time, workshop } from "./measure.js";

export const RELEASES = 1000;
const ARTIFACTS = 20;

/** A repository of 20 artifacts and 1,000 releases: the first by `mv tag`, the others as `git fast-import` of the same shape. */
export function longHistory({ folder, env }) {
  const repo = join(folder, "repo");
  mkdirSync(join(repo, "models"), { recursive: true });
  const git = (...args) =>
    execFileSync("git", args, { cwd: repo, env, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] });
  const mv = (...args) => execFileSync(process.execPath, [program, ...args], { cwd: repo, env, stdio: "pipe" });
  git("init", "-q");
  mv("init", "--model", "churn");
  const paths = Array.from({ length: ARTIFACTS }, (_, at) => `models/part-${String(at).padStart(2, "0")}.bin`);
  for (const path of paths) writeFileSync(join(repo, path), `bytes of ${path}\n`);
  mv("add", ...paths, "--metric", "accuracy=0.5", "--param", "C=1.0");
  mv("tag", "v1.0.0", "-m", "First");
  const record = git("show", "HEAD:churn.model.yaml").toString();
  const payload = git("cat-file", "tag", "v1.0.0").toString();
  const body = payload.slice(payload.indexOf("\n\n") + 2);
  const stream = [];
  for (let minor = 1; minor < RELEASES; minor++) {
    const version = `1.${minor}.0`;
    const text = record
      .replace("version: 1.0.0", `version: ${version}`)
      .replace("accuracy: 0.5", `accuracy: 0.${500 + minor}`);
    const date = `${1767225600 + minor * 3600} +0000`;
    const message = body
      .replaceAll("churn 1.0.0", `churn ${version}`)
      .replace("version: 1.0.0", `version: ${version}`)
      .replace("bump: initial", "bump: minor");
    stream.push(
      `commit refs/heads/main\nmark :${minor}\ncommitter Ada <ada@example.org> ${date}\ndata ${Buffer.byteLength(`Release churn ${version}\n`)}\nRelease churn ${version}\n`,
      minor === 1 ? "from refs/heads/main^0\n" : "",
      `M 100644 inline churn.model.yaml\ndata ${Buffer.byteLength(text)}\n${text}\n`,
      `tag v${version}\nfrom :${minor}\ntagger Ada <ada@example.org> ${date}\ndata ${Buffer.byteLength(message)}\n${message}\n`,
    );
  }
  execFileSync("git", ["fast-import", "--quiet"], { cwd: repo, env, input: stream.join("") });
  git("reset", "-q", "--hard");
  git("pack-refs", "--all");
  return repo;
}

export function benchStartup() {
  const shop = workshop("startup");
  try {
    const { env } = shop;
    const cwd = longHistory(shop);
    const node = process.execPath;
    const cold = time(node, [program, "log"], { cwd, env });
    time(node, [program, "status"], { cwd, env });
    const found = inTurns(15, {
      node: () => time(node, ["-e", "0"], { cwd, env }),
      version: () => time(node, [program, "--version"], { cwd, env }),
      status: () => time(node, [program, "status"], { cwd, env }),
      log: () => time(node, [program, "log"], { cwd, env }),
    });
    return [
      report("mversion --version / node -e 0", found.version, found.node, { ratio: 1.3 }),
      report(`status, ${RELEASES} releases, ${ARTIFACTS} artifacts / node -e 0`, found.status, found.node, {
        ratio: 3,
      }),
      report(`log, ${RELEASES} releases / node -e 0`, found.log, found.node, { ratio: 3 }),
      report(`log, the first after a clone / node -e 0 (no goal)`, cold, found.node, {
        ratio: Number.POSITIVE_INFINITY,
      }),
    ];
  } finally {
    shop.remove();
  }
}
