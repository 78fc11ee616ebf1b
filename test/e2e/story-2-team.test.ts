// Story 2, a team on a forge: a fortnight of merges, squashes, rebases, cherry-picks, reverts, amends, stashes and resets in
// four clones. Every line typed with sh() must succeed, hooks and all: that is the promise that no innocent command is
// refused. What is guilty is typed with refused(). At the end plain Git proves that no number on main names two contents.
import { beforeAll, describe, expect, test } from "vitest";
import { scratchDir } from "../helpers/git.ts";
import { declaredAlong, numbersReused, released } from "../helpers/history.ts";
import { type Person, person } from "../helpers/program.ts";

const MODEL = "models/model.onnx";
const RECORD = "churn.model.yaml";

let server: string;
let cache: string;
let ada: Person;
let ben: Person;
let cleo: Person;
let dan: Person;

let trainings = 0;
/** A training leaves other bytes on disk and in the code. */
function retrain(who: Person): void {
  trainings += 1;
  who.write(MODEL, `model ${trainings}\n`);
}

/** A retraining committed as the next draft. */
function draft(who: Person, message: string): void {
  retrain(who);
  who.sh(`mv add ${MODEL} && mv bump draft && git commit -qam "${message}"`);
}

function code(who: Person, file: string): void {
  who.write(file, `# ${who.name}, after training ${trainings}\n`);
  who.sh(`git add ${file} && git commit -qm "${file}"`);
}

/** A Git command that stops for a conflict in record and pointer. */
function conflicts(who: Person, line: string): void {
  const { status, screen } = who.run(line);
  expect(screen).toContain("CONFLICT");
  expect(status, screen).toBe(1);
}

const declared = (who: Person): string => /^version: (.*)$/m.exec(who.read(RECORD))?.[1] ?? "";

/** The pointer's bytes lie on disk, and record and pointer say the same. */
function agrees(who: Person): void {
  const pointed = /^sha256: "(\w+)"$/m.exec(who.read(`${MODEL}.mv.yaml`))?.[1] ?? "";
  expect(who.read(RECORD)).toContain(`sha256: "${pointed}"`);
  expect(who.sha256(MODEL)).toBe(pointed);
}

beforeAll(() => {
  server = scratchDir("server");
  cache = scratchDir("cache");
  person("Forge").sh(`git init -q --bare ${server} && git -C ${server} config core.logAllRefUpdates true`);
  const join = (name: string): Person => {
    const who = person(name, { clone: server });
    // Everyone works on one machine of the team, with one cache.
    who.sh(`git config mversion.cache ${cache} && git config pull.rebase false`);
    return who;
  };
  ada = join("Ada");
  ada.sh("mv init --model churn --yes");
  ada.write("train.py", "C = 1.0\n");
  ada.write("data/train.csv", "age,churned\n34,0\n");
  retrain(ada);
  ada.sh(`mv add data/train.csv --dataset && mv add ${MODEL} --param C=1.0 --metric accuracy=0.8`);
  ada.sh('git add . && git commit -qm "First training"');
  ada.sh('mv tag v1.0.0 -m "First release" && git push -q --follow-tags -u origin main');
  [ben, cleo, dan] = ["Ben", "Cleo", "Dan"].map(join) as [Person, Person, Person];
  for (const who of [ben, cleo, dan]) {
    who.sh("mv hooks install && mv restore");
    agrees(who);
  }
});

describe.sequential("a fortnight", () => {
  test("Ben's branch: an overwrite is refused with the command that puts it right; amends are free", () => {
    ben.sh("git switch -qc ben/dropout");
    retrain(ben);
    ben.sh(`mv add ${MODEL}`);
    const released = ben.refused("git commit -am wip");
    expect(released).toContain(`refused: ${MODEL} would overwrite churn 1.0.0, which is released with other bytes.`);
    expect(released).toContain("mv tag v1.1.0 -a -m WHY");
    expect(released).toContain("mv bump draft && git commit -am wip".replace("wip", "").trim());
    ben.sh("mv bump draft && git commit -qam Dropout");
    expect(declared(ben)).toBe("1.1.0-dev.1");
    retrain(ben);
    ben.sh(`mv add ${MODEL}`);
    expect(ben.refused("git commit -am wip")).toContain("would overwrite churn 1.1.0-dev.1");
    ben.sh('mv bump draft && git commit -qam "Dropout 0.2"');
    // The same draft once more, in the same commit.
    retrain(ben);
    ben.sh(`mv add ${MODEL} && git commit -q --amend -am "Dropout 0.3"`);
    ben.sh('git commit -q --amend -m "Dropout of 0.3"');
    expect(declared(ben)).toBe("1.1.0-dev.2");
    ben.sh("git push -q -u origin ben/dropout");
    agrees(ben);
  });

  test("Cleo's branch: a stash with a training in it, a switch in between", () => {
    cleo.sh("git switch -qc cleo/data");
    draft(cleo, "More data");
    code(cleo, "clean.py");
    const before = cleo.sha256(MODEL);
    retrain(cleo);
    const after = cleo.sha256(MODEL);
    cleo.sh(`mv add ${MODEL} && mv bump draft && git stash -q`);
    // The pointer went back, the bytes did not: nothing is lost, and status says what to type.
    const status = cleo.run("mv status");
    expect(status.stdout).toMatch(/models\/model\.onnx +model +pointer moved/);
    expect(status.stderr).toContain(`mv restore ${MODEL}`);
    cleo.sh("git switch -q main");
    agrees(cleo);
    cleo.sh("git switch -q cleo/data");
    expect(cleo.sha256(MODEL)).toBe(before);
    cleo.sh("git stash pop -q && mv restore");
    expect(cleo.sha256(MODEL)).toBe(after);
    cleo.sh('git commit -qam "Even more data"');
    expect(declared(cleo)).toBe("1.1.0-dev.2");
    cleo.sh("git push -q -u origin cleo/data");
  });

  test("a merge commit, then a squash merge that conflicts on the record", () => {
    ben.sh('git switch -q main && git merge -q --no-ff -m "Merge ben/dropout" ben/dropout && git push -q');
    agrees(ben);
    conflicts(cleo, "git fetch -q && git merge origin/main");
    const his = cleo.sha256(MODEL);
    expect(cleo.run("mv status").stderr).toContain("mv merge --ours, or mv merge --theirs");
    expect(cleo.refused("mv merge")).toContain("Both sides have new bytes for churn");
    expect(cleo.sh("mv merge --ours")).toBe("churn 1.1.0-dev.3 from this side");
    cleo.sh("git commit -q --no-edit");
    expect(cleo.sha256(MODEL)).toBe(his);
    agrees(cleo);
    cleo.sh("git switch -q main && git pull -q && git merge -q --squash cleo/data");
    cleo.sh('git commit -qm "More data (squashed)" && git push -q');
    expect(declared(cleo)).toBe("1.1.0-dev.3");
    agrees(cleo);
    dan.sh("git pull -q");
    expect(declared(dan)).toBe("1.1.0-dev.3");
    agrees(dan);
  });

  test("a squash merge that conflicts itself: the other side's number is taken too", () => {
    dan.sh("git switch -qc dan/squash v1.0.0");
    for (const message of ["One", "Two", "Three", "Four"]) draft(dan, message);
    expect(declared(dan)).toBe("1.1.0-dev.4");
    conflicts(dan, "git switch -q main && git merge --squash dan/squash");
    dan.sh('mv merge --theirs && git commit -qm "Four trainings in one" && git push -q');
    expect(declared(dan)).toBe("1.1.0-dev.5");
    agrees(dan);
    expect(dan.sh("git status --porcelain")).toBe("");
  });

  test("a rebase of two trainings onto a main that was trained anew", () => {
    ada.sh("git switch -qc ada/rebase v1.0.0");
    code(ada, "a1.py");
    draft(ada, "One");
    code(ada, "a2.py");
    draft(ada, "Two");
    const mine = ada.sha256(MODEL);
    conflicts(ada, "git fetch -q && git rebase origin/main");
    expect(ada.run("mv merge --theirs").stderr).toContain("Next: git rebase --continue");
    expect(declared(ada)).toBe("1.1.0-dev.6");
    conflicts(ada, "git rebase --continue");
    ada.sh("mv merge --theirs && git rebase --continue");
    expect(declared(ada)).toBe("1.1.0-dev.7");
    expect(ada.sha256(MODEL)).toBe(mine);
    agrees(ada);
    ada.sh("git switch -q main && git pull -q && git merge -q --ff-only ada/rebase && git push -q");
    agrees(ada);
  });

  test("an interactive rebase: fixup, reorder, edit with an amend, reword, exec", () => {
    ben.sh("git pull -q && git switch -qc ben/tidy");
    draft(ben, "One");
    draft(ben, "Two");
    code(ben, "b1.py");
    code(ben, "b2.py");
    const [one, two] = declaredAlong(ben.dir, RECORD, "main..HEAD").map(({ version }) => version);
    expect([one, two]).toEqual(["1.1.0-dev.8", "1.1.0-dev.9"]);
    ben.sh(`GIT_SEQUENCE_EDITOR="sed -i -e '2s/^pick/fixup/' -e '3{h;d};4G'" git rebase -qi main`);
    expect(declaredAlong(ben.dir, RECORD, "main..HEAD").map(({ version }) => version)).toEqual([two, two, two]);
    agrees(ben);
    ben.sh(`GIT_SEQUENCE_EDITOR="sed -i -e '1s/^pick/edit/'" git rebase -qi main`);
    retrain(ben);
    ben.sh(`mv add ${MODEL} && git commit -q --amend -am "One, better" && git rebase --continue`);
    agrees(ben);
    ben.sh(`GIT_SEQUENCE_EDITOR="sed -i -e '2s/^pick/reword/' -e '3i exec git status -s'" git rebase -qi main`);
    ben.sh('git switch -q main && git merge -q --no-ff -m "Merge ben/tidy" ben/tidy && git push -q');
    expect(declared(ben)).toBe(two);
    agrees(ben);
  });

  test("a cherry-pick of a training, later the merge of the branch it came from", () => {
    cleo.sh("git switch -q main && git pull -q && git switch -qc cleo/picked");
    code(cleo, "c1.py");
    draft(cleo, "Picked");
    cleo.sh("git switch -q main && git cherry-pick cleo/picked && mv restore && git push -q");
    agrees(cleo);
    draft(cleo, "On main");
    const kept = cleo.sha256(MODEL);
    cleo.sh("git push -q && git switch -q cleo/picked");
    draft(cleo, "On the branch");
    const number = declared(cleo);
    cleo.sh("git switch -q main");
    expect(declared(cleo)).toBe(number);
    conflicts(cleo, "git merge cleo/picked");
    cleo.sh("mv merge --ours && git commit -q --no-edit && git push -q");
    expect(cleo.sha256(MODEL)).toBe(kept);
    expect(declared(cleo)).not.toBe(number);
    agrees(cleo);
    // A cherry-pick that conflicts.
    dan.sh("git switch -q main && git pull -q");
    draft(dan, "Dan's");
    conflicts(dan, "git cherry-pick origin/ben/dropout");
    dan.sh("mv merge --theirs && git cherry-pick --continue && git push -q");
    agrees(dan);
  });

  test("a release; a stale branch that merges main takes the released bytes under their number", () => {
    ada.sh('git pull -q && mv tag v1.1.0 -m "All that we learned" && git push -q --follow-tags');
    dan.sh("git pull -q && git switch -qc dan/stale v1.0.0");
    draft(dan, "Stale");
    conflicts(dan, "git merge main");
    expect(dan.sh("mv merge --theirs")).toBe("churn 1.1.0 from main");
    dan.sh("git commit -q --no-edit");
    agrees(dan);
    dan.sh("git switch -q main && git merge -q --no-edit dan/stale && git push -q");
    expect(declared(dan)).toBe("1.1.0");
  });

  test("reverts: of a training, of that revert, of a merge, of an older training", () => {
    ben.sh("git pull -q");
    draft(ben, "Too hasty");
    const hasty = ben.sha256(MODEL);
    ben.sh("git push -q && git revert --no-edit HEAD");
    expect(declared(ben)).toBe("1.1.0");
    ben.sh("mv restore");
    agrees(ben);
    ben.sh("git revert --no-edit HEAD && mv restore");
    expect(ben.sha256(MODEL)).toBe(hasty);
    ben.sh("git switch -qc ben/merged");
    draft(ben, "To be merged");
    const first = declared(ben);
    draft(ben, "To be reverted alone");
    ben.sh('git switch -q main && git merge -q --no-ff -m "Merge ben/merged" ben/merged');
    ben.sh("git revert --no-edit ben/merged && git push -q");
    expect(declared(ben)).toBe(first);
    ben.sh("git revert --no-edit HEAD");
    ben.sh("git revert --no-edit -m 1 HEAD~2 && mv restore && git push -q");
    expect(ben.sha256(MODEL)).toBe(hasty);
    agrees(ben);
    draft(ben, "Later");
    conflicts(ben, "git revert --no-edit HEAD~3");
    expect(ben.run("mv merge --ours").stderr).toContain("Next: git revert --skip");
    ben.sh("git revert --skip && git push -q");
    agrees(ben);
  });

  test("resets: soft, mixed and hard", () => {
    cleo.sh("git pull -q");
    draft(cleo, "Again");
    const [number, bytes] = [declared(cleo), cleo.sha256(MODEL)];
    cleo.sh('git reset -q --soft HEAD~1 && git commit -qm "Again, by soft"');
    cleo.sh('git reset -q HEAD~1 && git commit -qam "Again, by mixed"');
    expect([declared(cleo), cleo.sha256(MODEL)]).toEqual([number, bytes]);
    cleo.sh("git reset -q --hard HEAD~1");
    expect(cleo.sh("mv status")).toMatch(/models\/model\.onnx +model +pointer moved/);
    cleo.sh("mv restore");
    agrees(cleo);
    expect(cleo.sh("git status --porcelain")).toBe("");
    // The number was never seen by anyone else: it is free again.
    draft(cleo, "Instead");
    expect(declared(cleo)).toBe(number);
    cleo.sh("git push -q");
  });

  test("two trainings on main itself: pull --rebase, and an autostash", () => {
    dan.sh("git switch -q main && git pull -q");
    ada.sh("git pull -q");
    draft(ada, "Ada's");
    draft(dan, "Dan's");
    const his = dan.sha256(MODEL);
    expect(declared(dan)).toBe(declared(ada));
    ada.sh("git push -q");
    conflicts(dan, "git pull -q --rebase");
    dan.sh("mv merge --theirs && git rebase --continue && git push -q");
    expect(dan.sha256(MODEL)).toBe(his);
    expect(declared(dan)).not.toBe(declared(ada));
    agrees(dan);
    code(dan, "d1.py");
    dan.sh("git push -q");
    ada.sh("git pull -q && git reset -q --hard HEAD~1 && mv restore");
    retrain(ada);
    ada.sh(`mv add ${MODEL} && mv bump draft && git pull -q --rebase --autostash`);
    agrees(ada);
    ada.sh('git commit -qam "After the pull" && git push -q');
  });

  test("guilty by amend, by merge, by push, by tag; the innocent twin of each goes through", () => {
    ada.sh('mv tag v1.2.0 -m "The second fortnight" && git push -q --follow-tags');
    retrain(ada);
    ada.sh(`mv add ${MODEL}`);
    const amend = ada.refused("git commit --amend -am 'Better'");
    expect(amend).toContain("would overwrite churn 1.2.0, which is released with other bytes");
    expect(amend).toContain("mv tag v1.3.0 -a -m WHY");
    ada.sh("git reset -q --hard && mv restore");
    agrees(ada);
    ada.sh('git commit -q --amend -m "Release churn 1.2.0, in other words"');
    ada.sh("git reset -q --hard v1.2.0");

    cleo.sh("git pull -q && git switch -qc cleo/rogue");
    retrain(cleo);
    cleo.sh(`mv add ${MODEL} && git commit -qn -am "Nobody will see"`);
    const push = cleo.refused("git push origin cleo/rogue");
    expect(push).toContain("churn 1.2.0, which is released with other bytes");
    cleo.refused("mv check main..cleo/rogue");
    cleo.sh("git switch -q main");
    code(cleo, "c2.py");
    const merge = cleo.refused("git merge --no-edit cleo/rogue");
    expect(merge).toContain("would overwrite churn 1.2.0, which is released with other bytes");
    expect(merge).toContain("mv ");
    cleo.sh("git merge --abort && mv restore");
    agrees(cleo);
    cleo.sh("git push -q && git branch -qD cleo/rogue");

    for (const line of ["git tag -f -a -m x v1.0.0 HEAD", "git tag -d v1.0.0"]) {
      expect(cleo.run(line).stderr).toContain("git -c mversion.unlock=v1.0.0");
    }
    expect(cleo.run("git push origin :v1.0.0").status).not.toBe(0);
    expect(cleo.sh("git cat-file -t v1.0.0")).toBe("tag");
    cleo.sh("git tag mine && git tag -f mine HEAD~1 && git tag -d mine");
  });

  test("a maintenance release, merged back without taking its bytes", () => {
    ben.sh("git pull -q && git switch -qc maint v1.0.0");
    agrees(ben);
    retrain(ben);
    ben.sh(
      `mv add ${MODEL} && mv tag v1.0.1 -a -m "A fix for those on 1.0" && git push -q --follow-tags -u origin maint`,
    );
    ben.sh("git switch -q main");
    agrees(ben);
    conflicts(ben, "git merge maint");
    expect(ben.sh("mv merge --ours")).toBe("churn 1.2.0 from this side");
    ben.sh("git commit -q --no-edit && git push -q");
    agrees(ben);
  });

  test("two branches retrain at once: the second takes its own bytes, their record and the next free number", () => {
    ada.sh("git pull -q && git switch -qc ada/feb");
    ben.sh("git switch -qc ben/feb");
    draft(ada, "February, C 0.5");
    ada.sh("git push -q -u origin ada/feb && git switch -q main");
    ada.sh('git merge -q --no-ff -m "Merge ada/feb" ada/feb && git push -q');
    retrain(ben);
    ben.sh(`mv add ${MODEL} --param C=0.4 --metric accuracy=0.92 && mv set owner=ben && mv bump draft`);
    ben.sh('git commit -qam "February, C 0.4" && git push -q -u origin ben/feb');
    expect([declared(ada), declared(ben)]).toEqual(["1.3.0-dev.1", "1.3.0-dev.1"]);

    cleo.sh("git pull -q && mv set description=Churn && git commit -qam Describe && git fetch -q");
    conflicts(cleo, "git merge origin/ben/feb");
    const { stdout, stderr } = cleo.run("mv merge --theirs");
    expect(stdout).toBe("churn 1.3.0-dev.2 from origin/ben/feb\n");
    expect(stderr).toContain("Lost, in no release: 1.3.0-dev.1");
    cleo.sh("git commit -q --no-edit");
    expect(cleo.sha256(MODEL)).toBe(ben.sha256(MODEL));
    agrees(cleo);
    // What describes the bytes came with them; the rest is both sides'.
    const record = cleo.read(RECORD);
    for (const line of ["hyperparameters: {C: 0.4}", "metrics: {accuracy: 0.92}", "owner: ben", "description: Churn"])
      expect(record).toContain(`\n${line}\n`);
    cleo.sh('mv bump minor -m "Ben\'s retraining, C 0.4" && git commit -qam "Declare 1.3.0" && git push -q');
  });

  test("CI, which has no bytes, releases what main declares: a tag and nothing else", () => {
    const store = scratchDir("store");
    const settings = ada.sh("git pull -q && cat .mversion.yaml");
    ada.write(".mversion.yaml", `${settings}\nremotes:\n  store: {url: "file://${store}"}\n`);
    ada.sh('git commit -qam "A store for all bytes" && git push -q');
    const ci = person("CI", { clone: server, env: { CI: "true" } });
    const missing = ci.refused("mv tag");
    expect(missing).toContain(`${MODEL}: its bytes are neither in the cache nor confirmed on a remote`);
    expect(missing).toContain("mv push");
    expect(missing).not.toContain("hooks");
    ada.sh(`cp -r ${cache}/objects ${store}`);
    const before = ci.sh("git rev-parse HEAD");
    const { stdout, stderr } = ci.run("mv tag");
    expect(stdout).toBe(`churn 1.3.0  tag v1.3.0  commit ${before.slice(0, 7)}\n`);
    expect(stderr).toContain("store has 2 of 2 objects");
    expect(ci.sh("git rev-parse HEAD v1.3.0^{commit}")).toBe(`${before}\n${before}`);
    expect(ci.sh("git tag -l --format='%(contents:body)' v1.3.0")).toContain("Ben's retraining, C 0.4");
    expect(ci.exists(MODEL)).toBe(false);
    expect(ci.sh("git status --porcelain")).toBe("");
    ci.sh("git push -q origin v1.3.0");
    expect(ci.refused("mv tag")).toContain("churn 1.3.0 is already released");
    dan.sh("git pull -q && mv checkout v1.3.0");
    agrees(dan);
  });

  test("plain Git proves it: on main no number names two contents, and released ones nowhere at all", () => {
    ada.sh("git pull -q");
    // As main is now, and as it was after every push: a fast-forward may have replaced its first parents.
    const now = declaredAlong(ada.dir, RECORD, "--first-parent", "main");
    const tips = ada.sh(`git -C ${server} reflog show --format=%H main`).split("\n");
    const then = declaredAlong(server, RECORD, "--no-walk", ...tips);
    for (const declarations of [now, then]) {
      expect(numbersReused(declarations)).toEqual([]);
      expect(declarations.length).toBeGreaterThan(20);
    }
    const contents = released(ada.dir, "churn");
    expect([...contents.keys()].toSorted()).toEqual(["1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.3.0"]);
    const everywhere = declaredAlong(ada.dir, RECORD, "--branches", "--remotes", "--tags");
    expect(everywhere.filter(({ version, content }) => (contents.get(version) ?? content) !== content)).toEqual([]);
    ada.sh("mv check --all && mv verify --all");
  });
});
