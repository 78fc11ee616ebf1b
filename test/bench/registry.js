// What runs where, among many releases and assignments: the questions of a deploy job and of somebody at night.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { inTurns, program, report, time, workshop } from "./measure.js";
import { longHistory, RELEASES } from "./startup.js";

const ASSIGNMENTS = Number(process.env["BENCH_ASSIGNMENTS"] ?? 10_000);

/** Assignments of production, each sealed to the one before, as `git fast-import` of what `mv promote` writes. */
function assign(repo, env) {
  const git = (...args) => execFileSync("git", args, { cwd: repo, env, maxBuffer: 1 << 28 }).toString();
  const releases = git("for-each-ref", "--format=%(refname:short) %(objectname) %(*objectname)", "refs/tags/v*")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const stream = [];
  let seal = "";
  for (let number = 1; number <= ASSIGNMENTS; number++) {
    const [name, oid, commit] = releases[number % releases.length];
    const version = name.slice(1);
    const tag = `churn#production#${number}`;
    const tagger = `Ada <ada@example.org> ${1780000000 + number * 600} +0000`;
    const message = [
      `churn ${version} on production\n\nBecause it is better\n\n---\nmversion: 1\nevent: assign\nmodel: churn\n`,
      `stage: production\nnumber: ${number}\nbaseline: ${version}\nrollout:\n`,
      `  - {version: ${version}, tag: "${oid}", weight: 100}\n${seal}`,
    ].join("");
    const object = `object ${commit}\ntype commit\ntag ${tag}\ntagger ${tagger}\n\n${message}`;
    const made = createHash("sha1")
      .update(`tag ${Buffer.byteLength(object)}\0${object}`)
      .digest("hex");
    seal = `seal: {assignment: "${tag}", tag: "${made}"}\n`;
    stream.push(`tag ${tag}\nfrom ${commit}\ntagger ${tagger}\ndata ${Buffer.byteLength(message)}\n${message}\n`);
  }
  execFileSync("git", ["fast-import", "--quiet"], { cwd: repo, env, input: stream.join("") });
  git("pack-refs", "--all");
}

export function benchRegistry() {
  const shop = workshop("registry");
  try {
    const { env } = shop;
    const cwd = longHistory(shop);
    assign(cwd, env);
    const node = process.execPath;
    const mv = (...args) => time(node, [program, ...args], { cwd, env });
    const cold = mv("stages");
    mv("log", "--stage", "production");
    const refs = ["for-each-ref", "--format=%(refname) %(objectname) %(objecttype) %(objectsize)", "refs/tags"];
    const found = inTurns(15, {
      floor: () => time("git", refs, { cwd, env }) + time(node, ["-e", "0"], { cwd, env }),
      stages: () => mv("stages"),
      route: () => mv("route", "production", "--key", "user-4711"),
      log: () => mv("log", "--stage", "production"),
      releases: () => mv("log"),
    });
    const floor = "git for-each-ref + node -e 0";
    const of = `${RELEASES} releases, ${ASSIGNMENTS} assignments`;
    return [
      report(`stages, ${of} / ${floor}`, found.stages, found.floor, { ratio: 3 }),
      report(`route, ${of} / ${floor}`, found.route, found.floor, { ratio: 3 }),
      report(`log --stage, ${of} / ${floor}`, found.log, found.floor, { ratio: 3 }),
      report(`log, ${of} / ${floor}`, found.releases, found.floor, { ratio: 3 }),
      report(`stages, the first after a clone / ${floor} (no goal)`, cold, found.floor, {
        ratio: Number.POSITIVE_INFINITY,
      }),
    ];
  } finally {
    shop.remove();
  }
}
