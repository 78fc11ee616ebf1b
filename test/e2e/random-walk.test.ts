// Two people at random: Git commands and retrainings in two clones of one server. Whatever they do, no hook refuses it, the
// tree is whole after each step, and in the end no number names two contents.
// More walks: WALKS=20 npx vitest run --config vitest.e2e.config.ts test/e2e/random-walk.test.ts
import { describe, expect, test } from "vitest";
import { compare } from "../../src/model/version.ts";
import { scratchDir } from "../helpers/git.ts";
import { type Declared, declaredAlong, numbersReused, released } from "../helpers/history.ts";
import { type Person, person, type Ran } from "../helpers/program.ts";

const MODEL = "models/model.onnx";
const RECORD = "churn.model.yaml";
/** Lines typed in a walk; most have several commands. */
const LINES = 60;
const WALKS = Number(process.env["WALKS"] ?? 2);
const FIRST_SEED = Number(process.env["WALK_SEED"] ?? 1);

/** A small generator of numbers from 0 to 1 (mulberry32): the seed tells the whole walk. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Walk {
  people: readonly Person[];
  server: string;
  pick<T>(from: readonly T[]): T;
  /** Everything typed so far, for the message of a failure. */
  log: string[];
  count(): number;
}

function start(seed: number): Walk {
  const random = createRandom(seed);
  const server = scratchDir("server");
  const cache = scratchDir("cache");
  let counter = 0;
  const walk: Walk = {
    people: [],
    server,
    pick: (from) => from[Math.floor(random() * from.length)] as (typeof from)[number],
    log: [],
    count: () => (counter += 1),
  };
  const ada = person("Ada");
  ada.sh(`git init -q --bare ${server} && git init -q && git config mversion.cache ${cache}`);
  ada.sh(`git config pull.rebase false && git remote add origin ${server} && mv init --model churn --yes`);
  train(walk, ada);
  ada.sh('git add . && git commit -qm "First training" && mv tag v1.0.0 -m "First release"');
  ada.sh("git push -q --follow-tags -u origin main");
  const ben = person("Ben", { clone: server });
  ben.sh(`git config mversion.cache ${cache} && git config pull.rebase false && mv hooks install && mv restore`);
  return { ...walk, people: [ada, ben] };
}

/** New bytes, added: before the first release and on drafts alike the number is the user's next word. */
function train(walk: Walk, who: Person): void {
  who.write(MODEL, `model ${walk.count()}\n`);
  who.sh(`mv add ${MODEL}`);
}

/** Types a line that may stop for a conflict or find nothing to do, and settles what it left. A refusal of ours fails the test. */
function type(walk: Walk, who: Person, line: string): Ran {
  walk.log.push(`${who.name}: ${line}`);
  const ran = who.run(line);
  if (/^mversion: (?!warning: |models\/)/m.test(ran.stderr))
    throw new Error(`${ran.screen}\nafter\n${walk.log.join("\n")}`);
  return ran;
}

function must(walk: Walk, who: Person, line: string): void {
  const ran = type(walk, who, line);
  if (ran.status !== 0) throw new Error(`${ran.screen}\nafter\n${walk.log.join("\n")}`);
}

/** Goes on until nothing is under way, by the commands that are printed. */
function settle(walk: Walk, who: Person): void {
  for (let round = 0; round < 20; round++) {
    const operation = underWay(who);
    const unmerged = who.sh("git diff --name-only --diff-filter=U");
    if (operation === null && unmerged === "") return;
    let next = operation === "merge" ? "git commit" : `git ${operation} --skip`;
    if (unmerged !== "") {
      const side = walk.pick(["--ours", "--theirs"]);
      const merged = type(walk, who, `mv merge ${side} --json`);
      if (merged.status !== 0) throw new Error(`${merged.screen}\nafter\n${walk.log.join("\n")}`);
      next = (JSON.parse(merged.stdout) as { data: { next: string } }).data.next;
    }
    const isSquash = next === "git commit" && operation === null;
    if (isSquash && who.sh("git diff --cached --name-only") === "") return;
    // A rebase may stop again.
    if (next === "git commit") must(walk, who, `${next} -q --no-edit`);
    else type(walk, who, next);
  }
  throw new Error(`no end in sight after\n${walk.log.join("\n")}`);
}

function underWay(who: Person): "merge" | "rebase" | "cherry-pick" | "revert" | null {
  if (who.exists(".git/rebase-merge")) return "rebase";
  if (who.exists(".git/MERGE_HEAD")) return "merge";
  if (who.exists(".git/CHERRY_PICK_HEAD")) return "cherry-pick";
  return who.exists(".git/REVERT_HEAD") ? "revert" : null;
}

type Step = (walk: Walk, who: Person) => void;

const commitTraining: Step = (walk, who) => {
  train(walk, who);
  must(walk, who, 'mv bump draft && git commit -qam "Training"');
};

const commitCode: Step = (walk, who) => {
  const file = `code-${walk.count()}.py`;
  who.write(file, `# ${who.name}\n`);
  must(walk, who, `git add ${file} && git commit -qm "Code"`);
};

const stopsSometimes =
  (line: (walk: Walk, who: Person) => string): Step =>
  (walk, who) => {
    type(walk, who, line(walk, who));
    settle(walk, who);
  };

const onBranch =
  (end: (topic: string) => string): Step =>
  (walk, who) => {
    const topic = `topic-${walk.count()}`;
    must(walk, who, `git switch -qc ${topic}${walk.pick(["", " HEAD~1", " v1.0.0"])}`);
    for (let left = walk.pick([1, 2, 3]); left > 0; left--) walk.pick([commitTraining, commitCode])(walk, who);
    if (walk.pick([true, false])) {
      must(walk, who, "git switch -q main");
      walk.pick([commitTraining, commitCode])(walk, who);
      must(walk, who, `git switch -q ${topic}`);
    }
    if (end(topic).startsWith("git rebase")) {
      type(walk, who, "git rebase -q main");
      settle(walk, who);
    }
    must(walk, who, "git switch -q main");
    type(walk, who, end(topic).replace(/^git rebase/, "git merge"));
    settle(walk, who);
    if (end(topic).includes("--squash") && who.sh("git diff --cached --name-only") !== "")
      must(walk, who, 'git commit -qm "Squash"');
    must(walk, who, `git branch -qD ${topic}`);
  };

const amendTraining: Step = (walk, who) => {
  train(walk, who);
  must(walk, who, 'mv bump draft && git commit -q --amend -am "Better"');
};

const stash: Step = (walk, who) => {
  train(walk, who);
  must(walk, who, "mv bump draft && git stash -q");
  walk.pick([commitCode, commitTraining, commitCode])(walk, who);
  type(walk, who, "git stash pop -q");
  if (who.sh("git diff --name-only --diff-filter=U") !== "") {
    must(walk, who, `mv merge ${walk.pick(["--ours", "--theirs"])}`);
    must(walk, who, "git stash drop -q");
  }
  if (who.sh("git status --porcelain") !== "") must(walk, who, 'git commit -qam "From the stash"');
};

const release: Step = (walk, who) => {
  pull(walk, who);
  const highest = [...released(who.dir, "churn").keys()].toSorted(compare).at(-1) ?? "1.0.0";
  const [major, minor] = highest.split(".").map(Number);
  must(walk, who, `mv tag v${major}.${(minor ?? 0) + 1}.0 -m "Release" && git push -q --follow-tags`);
};

const pull = stopsSometimes((walk) => `git pull -q --no-edit${walk.pick(["", " --rebase"])}`);

const STEP: readonly Step[] = [
  commitTraining,
  commitTraining,
  commitTraining,
  commitCode,
  amendTraining,
  (walk, who) => must(walk, who, 'git commit -q --amend -m "In other words"'),
  stash,
  pull,
  pull,
  (walk, who) => {
    pull(walk, who);
    must(walk, who, "git push -q");
  },
  // May be behind: then it is Git that refuses.
  (walk, who) => void type(walk, who, "git push -q"),
  onBranch((topic) => `git merge -q --no-ff --no-edit ${topic}`),
  onBranch((topic) => `git merge -q --squash ${topic}`),
  onBranch((topic) => `git rebase -q ${topic}`),
  onBranch((topic) => `git cherry-pick --allow-empty ${topic}`),
  onBranch((topic) => `git merge -q --no-edit ${topic}`),
  stopsSometimes((walk) => `git revert --no-edit ${walk.pick(["HEAD", "HEAD~1", "HEAD~2"])}`),
  stopsSometimes(() => "git revert --no-edit -m 1 HEAD"),
  stopsSometimes((walk) => `git fetch -q && git cherry-pick ${walk.pick(["origin/main", "origin/main~1"])}`),
  stopsSometimes(() => `GIT_SEQUENCE_EDITOR="sed -i '2s/^pick/fixup/'" git rebase -qi HEAD~2`),
  (walk, who) => must(walk, who, `git reset -q --hard ${walk.pick(["HEAD~1", "HEAD"])}`),
  (walk, who) => must(walk, who, 'git reset -q --soft HEAD~1 && git commit -q --allow-empty -m "Again"'),
  release,
];

/** The pointer's bytes lie on disk, record and pointer agree, and nothing is left over. */
function agrees(walk: Walk, who: Person): void {
  const pointed = /^sha256: "(\w+)"$/m.exec(who.read(`${MODEL}.mv.yaml`))?.[1] ?? "";
  // No hook of Git tells of a cherry-pick, a revert, a reset and the end of a stash.
  if (who.sha256(MODEL) !== pointed) must(walk, who, "mv restore");
  const words = `after\n${walk.log.join("\n")}`;
  expect(who.read(RECORD), words).toContain(`sha256: "${pointed}"`);
  expect(who.sha256(MODEL), words).toBe(pointed);
  expect(who.sh("git status --porcelain"), words).toBe("");
}

/** Without the drafts that a revert took back: their numbers are free for those who never saw them. */
function standing(declared: readonly Declared[]): Declared[] {
  return declared.reduce<Declared[]>(
    (left, now) => [...left.filter(({ version }) => compare(version, now.version) <= 0), now],
    [],
  );
}

describe.each(Array.from({ length: WALKS }, (_, at) => FIRST_SEED + at))("walk %i", (seed) => {
  test("no hook is in the way, and every number names one content", { timeout: 600_000 }, () => {
    const walk = start(seed);
    while (walk.log.length < LINES) {
      const who = walk.pick(walk.people);
      walk.pick(STEP)(walk, who);
      agrees(walk, who);
    }
    for (const who of walk.people) {
      pull(walk, who);
      must(walk, who, "git push -q --follow-tags && mv check --all");
      const words = walk.log.join("\n");
      const main = declaredAlong(who.dir, RECORD, "--first-parent", "main");
      expect(numbersReused(standing(main)), words).toEqual([]);
      const contents = released(who.dir, "churn");
      const everywhere = declaredAlong(who.dir, RECORD, "--all");
      expect(everywhere.filter(({ version, content }) => (contents.get(version) ?? content) !== content)).toEqual([]);
    }
  });
});
