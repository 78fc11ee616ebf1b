// What happened to tags after they were made: moved, removed, made anew, put in between, dated back.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verify } from "../../src/operations/verify.ts";
import { play, sampleProject } from "../helpers/cli.ts";
import { forgeTag, tagMessage } from "../helpers/forge.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";
import { openRepo } from "../helpers/project.ts";

let original: TestRepo;
let repo: TestRepo;
let warnings: string[];

beforeAll(async () => {
  original = await sampleProject({ until: "1.1.0" });
  await play(
    original,
    "mv promote v1.0.0 production -m First",
    "mv promote v1.1.0 production -m Better",
    "mv approve v1.1.0 staging -m Fine",
    "mv rollback production -m Worse",
    "mv confirm production --version 1.0.0",
  );
});
beforeEach(() => {
  repo = forkRepo(original);
  warnings = [];
});

async function found(): Promise<string[]> {
  const { problems } = await verify(await openRepo(repo, { warnings }), { versions: [], all: true });
  return problems.map(({ code, what, message }) => stable(`${code} ${what}: ${message}`));
}

/** Ids of tags that are, or were, there, by their names. */
function stable(text: string): string {
  const names = new Map<string, string>();
  for (const [from, word] of [
    [original, "then"],
    [repo, "now"],
  ] as const) {
    for (const line of from.git("for-each-ref", "--format=%(objectname) %(refname:short)", "refs/tags").split("\n")) {
      const [oid = "", name = ""] = line.split(" ");
      if (!names.has(oid.slice(0, 7))) names.set(oid.slice(0, 7), `<${name} ${word}>`);
    }
  }
  return text.replace(/\b[0-9a-f]{7}\b/g, (short) => names.get(short) ?? short);
}

test("nothing is wrong with what the commands make", async () => {
  expect(await found()).toEqual([]);
  expect(warnings).toEqual([]);
});

describe("an assignment", () => {
  test("removed between others, with the way back", async () => {
    const oid = repo.git("rev-parse", "churn#production#2");
    repo.git("tag", "-d", "churn#production#2");
    expect(await found()).toEqual([
      "seal-broken churn#production#3: sealed churn#production#2 as tag object <churn#production#2 then>; that tag is gone",
    ]);
    const { problems } = await verify(await openRepo(repo), { versions: [], all: true });
    expect(problems[0]?.hint).toBe(`git -c mversion.unlock='churn#production#2' tag 'churn#production#2' ${oid}`);
    repo.git("tag", "churn#production#2", oid);
    expect(await found()).toEqual([]);
  });

  test("made anew under its name", async () => {
    forgeTag(repo, "churn#production#2", tagMessage(repo, "churn#production#2"), "v1.1.0");
    expect(await found()).toEqual([
      "seal-broken churn#production#3: sealed churn#production#2 as tag object <churn#production#2 then>; it was moved and is <churn#production#2 now> now",
    ]);
  });

  test("that is a plain tag here", async () => {
    repo.git("tag", "-f", "churn#production#2", "v1.1.0^{commit}");
    expect(await found()).toEqual([
      "seal-broken churn#production#3: sealed churn#production#2 as tag object <churn#production#2 then>; it is a plain tag here, as older checkout actions leave it, and says nothing",
    ]);
  });

  test("the newest removed, which a confirmation names", async () => {
    repo.git("tag", "-d", "churn#production#3");
    expect(await found()).toEqual([
      "seal-broken confirmed/churn/production/1: confirmed churn#production#3 as tag object <churn#production#3 then>; that tag is gone",
    ]);
  });

  test("put in between, where the next one seals another", async () => {
    const message = tagMessage(repo, "churn#production#3").replace("number: 3", "number: 5");
    forgeTag(repo, "churn#production#5", message, "v1.0.0");
    const late = tagMessage(repo, "churn#production#2").replace("number: 2", "number: 4");
    forgeTag(repo, "churn#production#4", late, "v1.1.0");
    expect(await found()).toEqual([
      "seal-broken churn#production#3: was put in after churn#production#4, which seals churn#production#1 as the one before it",
      "seal-broken churn#production#4: was put in after churn#production#5, which seals churn#production#2 as the one before it",
    ]);
  });

  test("that cannot be read", async () => {
    const message = tagMessage(repo, "churn#production#3");
    forgeTag(repo, "churn#production#4", message, "v1.0.0");
    expect(await found()).toEqual([
      "release-differs churn#production#4: claims to be an event and cannot be read: it is about something else than its name says",
    ]);
  });

  test("of another tool is left alone, and sealed by ours", async () => {
    repo.git("tag", "-a", "-m", "GTO", "churn#production#4", "v1.1.0^{commit}");
    repo.git("tag", "-a", "-m", "GTO", "other#prod#1", "v1.1.0^{commit}");
    await play(repo, "mv promote v1.0.0 production -m Again");
    expect(await found()).toEqual([]);
    repo.git("tag", "-d", "churn#production#4");
    expect(await found()).toEqual([
      expect.stringMatching(/^seal-broken churn#production#5: sealed churn#production#4 as .* gone$/),
    ]);
  });
});

describe("a release", () => {
  test("that nothing seals yet is known by the events that name it", async () => {
    forgeTag(repo, "v1.1.0", tagMessage(repo, "v1.1.0"), "v1.1.0");
    expect(await found()).toEqual([
      "seal-broken churn#production#2: named churn 1.1.0 as tag object <v1.1.0 then>; v1.1.0 was moved and is <v1.1.0 now> now",
    ]);
    repo.git("tag", "-d", "v1.1.0");
    expect(await found()).toEqual([
      "seal-broken churn#production#2: named churn 1.1.0 as tag object <v1.1.0 then>; that tag is gone",
    ]);
  });

  test("made anew after it was retracted", async () => {
    await play(repo, "mv retract v1.1.0 -m Leak");
    for (const tag of ["churn#production#2", "churn#production#3", "confirmed/churn/production/1"])
      repo.git("tag", "-d", tag);
    repo.git("tag", "-d", "approved/churn/staging/1.1.0/1");
    forgeTag(repo, "v1.1.0", tagMessage(repo, "v1.1.0"), "v1.1.0");
    expect(await found()).toEqual([
      "seal-broken v1.1.0#retracted: named churn 1.1.0 as tag object <v1.1.0 then>; v1.1.0 was moved and is <v1.1.0 now> now",
    ]);
  });
});

describe("a date", () => {
  const dated = (name: string, date: string): void => {
    const env = { GIT_COMMITTER_DATE: date };
    const input = tagMessage(repo, name);
    repo.gitWith({ input, env }, "tag", "-f", "-a", "--cleanup=verbatim", "-F", "-", name, `${name}^{commit}`);
  };

  test("before that of what the tag names, or of its commit", async () => {
    for (const tag of repo.git("tag").split("\n"))
      if (tag.includes("#") || tag.includes("/")) repo.git("tag", "-d", tag);
    dated("v1.1.0", "2025-06-01T00:00:00Z");
    expect(await found()).toEqual([
      "seal-broken churn 1.1.0: says it is of 2025-06-01, and names v1.0.0, which is of 2026-01-01: its date is not true",
    ]);
    dated("v1.0.0", "2025-05-01T00:00:00Z");
    expect((await found()).filter((line) => line.includes("churn 1.0.0: says"))).toEqual([
      expect.stringMatching(
        /^seal-broken churn 1\.0\.0: says it is of 2025-05-01, and names commit \w+, which is of 2026-01-01/,
      ),
    ]);
  });

  test("of an assignment", async () => {
    dated("churn#production#3", "2025-06-01T00:00:00Z");
    expect(await found()).toContain(
      "seal-broken churn#production#3: says it is of 2025-06-01, and names churn#production#2, which is of 2026-01-01: its date is not true",
    );
  });

  test("of a confirmation", async () => {
    dated("churn#production#3", "2026-01-05T00:00:00Z");
    const names = repo.git("rev-parse", "churn#production#3");
    const input = tagMessage(repo, "confirmed/churn/production/1").replace(/(tag: )"\w+"/, `$1"${names}"`);
    const tag = ["tag", "-f", "-a", "--cleanup=verbatim", "-F", "-", "confirmed/churn/production/1"];
    repo.gitWith({ input, env: { GIT_COMMITTER_DATE: "2026-01-02T00:00:00Z" } }, ...tag, "v1.0.0^{commit}");
    expect(await found()).toEqual([
      "seal-broken confirmed/churn/production/1: says it is of 2026-01-02, and names churn#production#3, which is of 2026-01-05: its date is not true",
    ]);
  });

  test("that no later release vouches for is a warning, as two people may release at once", async () => {
    const newer = tagMessage(repo, "v1.1.0").replaceAll("1.1.0", "1.2.0");
    const env = { GIT_COMMITTER_DATE: "2026-03-01T00:00:00Z" };
    repo.gitWith({ input: newer, env }, "tag", "-a", "--cleanup=verbatim", "-F", "-", "v1.2.0", "v1.1.0^{commit}");
    await found();
    expect(warnings).toEqual([
      "v1.1.0 is of 2026-01-01 by its own word alone: v1.2.0 of 2026-03-01 seals another, as if it had not been there",
    ]);
  });
});

test("a plain tag where a newest one of ours could be is a warning: no seal says what it was", async () => {
  repo.git("tag", "-f", "v1.1.0", "HEAD");
  repo.git("tag", "-d", "confirmed/churn/production/1");
  repo.git("tag", "confirmed/churn/production/1", "HEAD");
  repo.git("tag", "other", "HEAD");
  await found();
  expect(warnings).toEqual([
    "confirmed/churn/production/1, v1.1.0 are plain tags here, and so nothing of mversion's: git fetch --force --tags",
  ]);
});
