// The deploy and rollback templates of templates/ci as forges run them: their scripts in a clone as a forge makes it, against a
// bare repository and a store.
import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { type Person, person, type Ran } from "../helpers/program.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const template = (name: string): unknown => parse(readFileSync(join(ROOT, "templates/ci", name), "utf8"));

interface Step {
  name?: string;
  run?: string;
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, { steps: Step[] }>;
}

let server: TestRepo;
let ada: Person;

beforeAll(() => {
  server = createRepo({ bare: true });
  server.git("symbolic-ref", "HEAD", "refs/heads/main");
  ada = person("Ada");
  ada.sh(`git init -qb main && git remote add origin ${server.dir} && mv init --model churn --yes`);
  const store = join(scratchDir("store"), "models");
  mkdirSync(store);
  for (const [version, bytes] of [
    ["v1.0.0", "A"],
    ["v1.1.0", "B"],
  ] as const) {
    ada.write("models/model.onnx", bytes);
    ada.sh(`mv add models/model.onnx && git add -A && mv tag ${version} -m "Training ${bytes}"`);
  }
  ada.sh(`mv remote add store ${store} && git commit -qm store && mv push`);
  ada.sh("mv promote v1.0.0 production -m First --push");
  ada.sh("mv promote v1.1.0 production --weight 10 -m Canary --push");
});

/** A runner's clone, in which an older checkout action left the tag of the run without its object. */
function runner(tag: string): Person {
  const clone = person("Runner", { clone: server.dir });
  clone.sh(`git update-ref --no-deref 'refs/tags/${tag}' "$(git rev-parse 'refs/tags/${tag}^{commit}')"`);
  return clone;
}

/** Runs a script as a step of GitHub does that names no shell: bash stops at the first failure, but for those within a pipe. */
function step(clone: Person, script: string, env: Record<string, string>): Ran & { outputs: Record<string, string> } {
  const file = join(scratchDir("output"), "output");
  writeFileSync(file, "");
  const settings = Object.entries({ ...env, GITHUB_OUTPUT: file }).map(([name, value]) => `${name}='${value}'`);
  writeFileSync(`${file}.sh`, script);
  const ran = clone.run(`${settings.join(" ")} bash -e ${file}.sh`);
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return { ...ran, outputs: Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string])) };
}

const named = (workflow: Workflow, job: string, name: string): string =>
  workflow.jobs[job]?.steps.find((each) => each.name === name)?.run ?? "";
const tags = (): string[] => server.git("tag", "--list").split("\n");

describe("GitHub", () => {
  const deploy = template("github-deploy.yml") as Workflow;
  const rollback = template("github-rollback.yml") as Workflow;
  const scripts = (workflow: Workflow, job: string): string =>
    (workflow.jobs[job]?.steps ?? []).map(({ run }) => run ?? "").join("\n");

  test("scripts hold nothing of an event, and ask for no more rights than they use", () => {
    expect(scripts(deploy, "deploy")).not.toContain("${{");
    expect(scripts(rollback, "rollback")).not.toContain("${{");
    expect(deploy.permissions).toEqual({ contents: "write" });
    expect(rollback.permissions).toEqual({ contents: "write", actions: "write" });
    expect(deploy.on).toMatchObject({ push: { tags: ["*#production#*"] } });
  });

  test("what runs is resolved once, from a tag that the checkout made a plain one, and confirmed", () => {
    const clone = runner("churn#production#2");
    const env = {
      ASSIGNMENT: "churn#production#2",
      RUN: "https://ci.example.org/7",
      GITHUB_ACTOR: "ada",
      GITHUB_ACTOR_ID: "1",
    };
    expect(step(clone, named(deploy, "deploy", "Resolve the assignment"), env)).toMatchObject({
      status: 0,
      outputs: { go: "true" },
    });
    expect(clone.read("serving/1.0.0/models/model.onnx")).toBe("A");
    expect(clone.read("serving/1.1.0/models/model.onnx")).toBe("B");
    // Promoted in between: what is deployed and confirmed is what was resolved.
    expect(step(clone, named(deploy, "deploy", "Confirm that it runs"), env).screen).toContain("exit 0");
    expect(tags()).toContain("confirmed/churn/production/1");
    expect(server.git("cat-file", "tag", "confirmed/churn/production/1")).toContain("https://ci.example.org/7");
  });

  test("an assignment that another followed is left to the other's run", () => {
    const clone = runner("churn#production#1");
    const done = step(clone, named(deploy, "deploy", "Resolve the assignment"), { ASSIGNMENT: "churn#production#1" });
    expect(done).toMatchObject({ status: 0, outputs: {} });
    expect(done.stdout).toContain("churn#production#1 was followed by churn#production#2");
  });

  test("a rollback that is refused ends the run, and names nothing to deploy", () => {
    const before = tags();
    const env = { REASON: "Night", TO: "9.9.9", MODEL: "", GITHUB_ACTOR: "ada", GITHUB_ACTOR_ID: "1" };
    const done = step(person("Runner", { clone: server.dir }), named(rollback, "rollback", "Roll back"), env);
    expect(done.status, done.screen).toBe(2);
    expect(done.stdout).toContain("There is no version 9.9.9");
    expect(done.outputs).toEqual({});
    expect(tags()).toEqual(before);
  });

  test("a rollback that the store missed is deployed all the same, and said", () => {
    const clone = person("Runner", { clone: server.dir });
    const store = /url: "?([^"\s,}]+)/.exec(clone.read(".mversion.yaml"))?.[1] ?? "";
    const file = join(store.replace("file://", ""), "models/churn/stages/production.json");
    const bytes = readFileSync(file);
    rmSync(file);
    mkdirSync(file);
    const env = { REASON: "Night", TO: "1.0.0", MODEL: "", GITHUB_ACTOR: "ada", GITHUB_ACTOR_ID: "1" };
    const done = step(clone, named(rollback, "rollback", "Roll back"), env);
    rmdirSync(file);
    writeFileSync(file, bytes);
    expect(done.status, done.screen).toBe(0);
    expect(done.stdout).toContain("::warning::");
    expect(tags()).toContain(done.outputs["assignment"]);
    server.git("tag", "-d", done.outputs["assignment"] ?? "");
  });

  test("a rollback by hand, with a hostile reason, names the assignment that is to be deployed", () => {
    const clone = person("Runner", { clone: server.dir });
    const env = { MODEL: "", TO: "1.0.0", REASON: "$(touch pwned); `id`", GITHUB_ACTOR: "ada", GITHUB_ACTOR_ID: "1" };
    const done = step(clone, named(rollback, "rollback", "Roll back"), env);
    expect(done.screen).toContain("exit 0");
    expect(done.outputs).toEqual({ assignment: "churn#production#3" });
    expect(clone.exists("pwned")).toBe(false);
    expect(server.git("cat-file", "tag", "churn#production#3")).toContain("$(touch pwned); `id`");
  });
});

describe("GitLab", () => {
  const jobs = template("gitlab-deploy.yml") as Record<string, { script: string[] }>;
  // A runner joins the lines, and stops at the first that fails.
  const script = (job: string): string => `set -e\n${(jobs[job]?.script ?? []).join("\n")}`;

  test("rolls back, deploys and confirms", () => {
    const clone = person("Runner", { clone: server.dir });
    expect(
      step(clone, script("rollback-model"), { ROLLBACK_REASON: "Night", TO: "1.1.0", MODEL: "churn" }).screen,
    ).toContain("exit 0");
    const newest = tags().findLast((tag) => tag.startsWith("churn#production#")) ?? "";
    const other = person("Runner", { clone: server.dir });
    const done = step(other, script("deploy-model"), {
      CI_COMMIT_TAG: newest,
      CI_JOB_URL: "https://git.example.org/jobs/1",
    });
    expect(done.screen).toContain("exit 0");
    expect(other.read("serving/1.1.0/models/model.onnx")).toBe("B");
    expect(tags()).toContain("confirmed/churn/production/2");
  });

  test("a tag that another followed is left to the other's pipeline", () => {
    const clone = person("Runner", { clone: server.dir });
    const done = step(clone, script("deploy-model"), { CI_COMMIT_TAG: "churn#production#1", CI_JOB_URL: "x" });
    expect(done.screen).toContain("has a pipeline of its own\nexit 0");
  });
});
