import { beforeAll, describe, expect, it } from "vitest";
import { json, play, run, sampleProject, screen } from "../helpers/cli.ts";
import { forkRepo } from "../helpers/fork.ts";
import type { TestRepo } from "../helpers/git.ts";

let base: TestRepo;

beforeAll(async () => {
  base = await sampleProject({ until: "1.1.0" });
  await play(base, "mv promote v1.0.0 production -m 'First model'");
});

describe("mv route", () => {
  it("gives a key its version, whatever the weights do to others", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv route production --key user-4711")).toBe("1.0.0");
    await play(repo, "mv promote v1.1.0 production --weight 10 -m Canary");
    const keys = Array.from({ length: 400 }, (_, at) => `user-${at}`);
    const routed = async (): Promise<string[]> => {
      const { stdout } = await run(repo, "mv route production --keys -", { input: `${keys.join("\n")}\n` });
      return stdout.trimEnd().split("\n");
    };
    const before = await routed();
    expect(before[0]).toBe("user-0\t1.0.0");
    const canaries = before.filter((line) => line.endsWith("\t1.1.0"));
    expect(canaries.length).toBeGreaterThan(20);
    expect(canaries.length).toBeLessThan(60);
    await play(repo, "mv promote v1.1.0 production --weight 25 -m 'Looks good'");
    const after = await routed();
    expect(after).toEqual(expect.arrayContaining(canaries));
    const moved = after.filter((line, at) => line !== before[at]);
    expect(moved.length).toBeGreaterThan(30);
    expect(moved.every((line) => line.endsWith("\t1.1.0"))).toBe(true);
  });

  it("says what it cannot route", async () => {
    const repo = forkRepo(base);
    expect(await screen(repo, "mv route production")).toMatchInlineSnapshot(`
      "! mversion: mv route needs a key
      ! Next: mv route production --key user-4711
      exit 2"
    `);
    expect(await screen(repo, ["mv", "route", "production", "--key", ""])).toMatchInlineSnapshot(`
      "! mversion: An empty key would be everybody's
      ! Next: mv route production --key user-4711
      exit 2"
    `);
    expect(await screen(repo, "mv route staging --key a")).toMatchInlineSnapshot(`
      "! mversion: Nothing is on churn@staging
      ! Next: mv promote VERSION staging -m WHY
      exit 2"
    `);
    expect(await screen(repo, "mv route prod --key a")).toMatchInlineSnapshot(`
      "! mversion: There is no stage prod; there is staging, production
      ! Next: add it to stages in .mversion.yaml: prod: {}
      exit 2"
    `);
    expect(await screen(repo, "mv route production --keys users.txt")).toMatchInlineSnapshot(`
      "! mversion: --keys users.txt: keys come from standard input
      ! Next: --keys -
      exit 2"
    `);
    expect(await screen(repo, ["mv", "route", "production", "--key", "a", "--key", "b\uFFFD"])).toMatchInlineSnapshot(`
      "! mversion: Key 2 is not UTF-8, or has U+FFFD, which stands for such bytes
      ! Next: give keys in UTF-8
      exit 2"
    `);
    await play(repo, "mv retract v1.0.0 -m 'Leaked labels'");
    expect(await screen(repo, "mv route production --key a --key b")).toMatchInlineSnapshot(`
      "! mversion: warning: churn 1.0.0 is retracted: Leaked labels
      a	1.0.0
      b	1.0.0"
    `);
  });

  it("gives a program the slot and the assignment too", async () => {
    expect(await json(base, "mv route production --key user-4711 --json")).toMatchInlineSnapshot(`
      {
        "command": "route",
        "data": {
          "assignment": {
            "number": 1,
            "oid": "<tag churn#production#1>",
            "tag": "churn#production#1",
          },
          "baseline": "1.0.0",
          "id": "churn#production#1",
          "model": "churn",
          "routes": [
            {
              "key": "user-4711",
              "slot": 60,
              "version": "1.0.0",
            },
          ],
          "stage": "production",
        },
        "ok": true,
        "schema": 1,
        "warnings": [],
      }
    `);
  });
});
