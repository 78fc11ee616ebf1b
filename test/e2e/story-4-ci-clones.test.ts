// Story 4, what CI gets: a shallow clone and a clone without tags. Nobody may conclude there that nothing was released;
// after the command that is printed, everything works.
import { beforeAll, describe, expect, test } from "vitest";
import { scratchDir } from "../helpers/git.ts";
import { type Person, person } from "../helpers/program.ts";

const MODEL = "models/model.onnx";

/** A server with 1.0.0 and 1.1.0, a store with all bytes, and 1.2.0 declared on main, to be released by CI. */
let server: string;
/** A server where 1.0.0 is declared and nothing was ever released. */
let young: string;
let store: string;

beforeAll(() => {
  store = scratchDir("store");
  [server, young] = [true, false].map((isReleased) => {
    const bare = scratchDir("server");
    const ada = person("Ada");
    ada.sh(`git init -q --bare ${bare} && git init -q && mv init --model churn --yes`);
    const settings = ada.read(".mversion.yaml");
    ada.write(".mversion.yaml", `${settings}remotes:\n  store: {url: "file://${store}"}\n`);
    ada.write("train.py", "C = 1.0\n");
    ada.write(MODEL, "model 1\n");
    ada.sh(`mv add ${MODEL} && git add . && git commit -qm "First training"`);
    if (isReleased) {
      ada.sh('mv tag v1.0.0 -m "First release"');
      ada.write(MODEL, "model 2\n");
      ada.sh(`mv add ${MODEL} && mv tag v1.1.0 -a -m "Retrained"`);
      ada.write(MODEL, "model 3\n");
      ada.sh(`mv add ${MODEL} && mv bump minor -m "Retrained in March" && git commit -qam "Declare 1.2.0"`);
    } else ada.sh('mv bump 1.0.0 -m "First release" && git commit -qam "Declare 1.0.0"');
    ada.sh(`cp -r .git/mversion/cache/objects ${store}`);
    ada.sh(`git remote add origin ${bare} && git push -q --follow-tags origin main`);
    return bare;
  }) as [string, string];
});

function clone(flags: string, from = server): Person {
  return person("CI", { clone: `file://${from}`, flags, env: { CI: "true" } });
}

/** Both verbs end with 14 and name the same command; nothing was written. */
function refusedTwice(ci: Person): string {
  const before = ci.sh("git rev-parse HEAD && git for-each-ref");
  const hints = ["mv check", "mv check HEAD", "mv tag", "mv tag v5.0.0 -m WHY --allow-gap"].map((line) => {
    const words = ci.refused(line, 14);
    expect(words).toMatch(/cannot be known here/);
    return /git fetch .*/.exec(words)?.[0];
  });
  expect(new Set(hints).size).toBe(1);
  const document = JSON.parse(ci.run("mv check --json").stdout) as {
    ok: boolean;
    error: { code: string; hint: string };
  };
  expect(document).toMatchObject({ ok: false, error: { code: "incomplete", hint: hints[0] } });
  expect(ci.sh("git rev-parse HEAD && git for-each-ref")).toBe(before);
  expect(ci.sh("git status --porcelain")).toBe("");
  return hints[0] ?? "";
}

function worksAfter(ci: Person, hint: string): void {
  ci.sh(hint);
  ci.sh("mv check");
  ci.sh("mv check --all");
  expect(ci.sh("mv tag")).toMatch(/^churn 1\.2\.0 {2}tag v1\.2\.0 {2}commit \w+$/);
  expect(ci.sh("git rev-parse v1.2.0^{commit}")).toBe(ci.sh("git rev-parse HEAD"));
  expect(ci.exists(MODEL)).toBe(false);
}

describe("a clone without all history", () => {
  test("--depth 1", () => {
    const ci = clone("--depth 1");
    const hint = refusedTwice(ci);
    expect(hint).toBe("git fetch --unshallow --tags");
    worksAfter(ci, hint);
  });

  test("--depth 2 with the tags fetched, as some runners do", () => {
    const ci = clone("--depth 2");
    ci.sh("git fetch -q --depth 2 origin 'refs/tags/*:refs/tags/*'");
    worksAfter(ci, refusedTwice(ci));
  });

  test("a single tag, detached", () => {
    const ci = clone("--depth 1 --branch v1.1.0");
    expect(ci.refused("mv check", 14)).toContain("git fetch --unshallow --tags");
    ci.sh("git fetch -q --unshallow --tags");
    ci.sh("mv check");
    expect(ci.refused("mv tag")).toContain("1.1.0 is already released");
  });
});

describe("a clone without tags", () => {
  test("--no-tags", () => {
    const ci = clone("--no-tags");
    const hint = refusedTwice(ci);
    expect(hint).toBe("git fetch --tags");
    worksAfter(ci, hint);
  });

  test("--no-tags, where HEAD declares a draft alone: what was released is known from history", () => {
    const ben = person("Ben", { clone: `file://${server}` });
    ben.write(MODEL, "model 4\n");
    ben.sh(`mv hooks install && mv add ${MODEL} && mv bump draft && git commit -qam "A draft"`);
    ben.sh(`cp -r .git/mversion/cache/objects ${store} && git push -q origin HEAD:draft`);
    const ci = clone("--no-tags --branch draft");
    expect(ci.refused("mv check", 14)).toContain("git fetch --tags");
    expect(ci.refused("mv tag v1.2.0 -m WHY", 14)).toContain("git fetch --tags");
    ci.sh("git fetch -q --tags && mv check");
  });

  test("one tag is missing", () => {
    const ci = clone("--no-tags");
    ci.sh("git fetch -q origin refs/tags/v1.1.0:refs/tags/v1.1.0");
    expect(ci.refused("mv check", 14)).toContain("git fetch --tags");
    expect(ci.refused("mv tag", 14)).toContain("git fetch --tags");
    worksAfter(ci, "git fetch --tags");
  });
});

describe("a clone with everything", () => {
  test("releases at once; a partial clone too", () => {
    for (const flags of ["", "--filter=blob:none", "--single-branch --branch main"]) {
      const ci = clone(flags);
      ci.sh("mv check");
      expect(ci.sh("mv tag")).toContain("churn 1.2.0");
    }
  });

  test("makes the very first release of a repository, where no tag could be there", () => {
    const ci = clone("", young);
    ci.sh("mv check");
    ci.sh("mv check --all");
    expect(ci.sh("mv tag")).toContain("churn 1.0.0  tag v1.0.0");
    ci.sh("git push -q origin v1.0.0");
    // Another clone from before.
    const late = clone("--no-tags", young);
    expect(late.refused("mv tag", 14)).toContain("git fetch --tags");
  });
});

describe("an incomplete clone is still a clone", () => {
  test("to commit and to push from", () => {
    for (const flags of ["--depth 1", "--no-tags"]) {
      const ben = person("Ben", { clone: `file://${server}`, flags });
      ben.sh("mv hooks install");
      ben.sh('echo "C = 3.0" > train.py && git commit -qam "Another C"');
      ben.write(MODEL, "model 5\n");
      ben.sh(`mv add ${MODEL} && git commit -qam "A draft" && git push -q origin HEAD:try`);
      ben.sh("git push -q origin :try");
    }
  });
});
