// `mv get` where a container runs it: no git program, no Git host, signed releases; and killed at any moment.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BYTES, MODEL, play, sampleProject } from "../helpers/cli.ts";
import { scratchDir, testEnv, type TestRepo } from "../helpers/git.ts";
import { type GitServer, serveGit } from "../helpers/git-http.ts";
import { folderOf } from "../helpers/hooks.ts";
import { assign, stock, withStore } from "../helpers/stocked.ts";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "mversion.js");
const keys = scratchDir("keys");

let repo: TestRepo;
let store: string;
let server: GitServer;
let address: string;

beforeAll(async () => {
  repo = await sampleProject({ until: "1.0.0" });
  store = withStore(repo);
  repo.git("commit", "-qam", "A store");
  for (const name of ["ada", "eve"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(keys, name)]);
    const publicKey = execFileSync("ssh-keygen", ["-y", "-f", join(keys, name)]).toString();
    writeFileSync(join(keys, `allowed-${name}`), `${name}@example.org ${publicKey}`);
  }
  repo.git("config", "gpg.format", "ssh");
  repo.git("config", "user.signingKey", join(keys, "ada"));
  repo.write(MODEL, BYTES.C);
  await play(repo, `mv add ${MODEL}`, "mv tag v1.1.0 -a --sign -m Signed");
  await stock(repo, store);
  assign(repo, store, "production", 1, { "1.0.0": 100 });
  const served = scratchDir("served");
  repo.git("clone", "-q", "--bare", ".", join(served, "churn.git"));
  server = await serveGit(served);
  address = `${server.url}/churn.git`;
});

afterAll(() => server.close());

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the program on a machine that has only these programs. */
async function run(programs: readonly string[], ...words: string[]): Promise<Ended> {
  const env = testEnv({ PATH: folderOf(...programs), NO_COLOR: "1" });
  const child = spawn(process.execPath, [PROGRAM, "get", ...words], { cwd: scratchDir(), env });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...said };
}

describe.each([
  ["without a git program", []],
  ["with git", ["git"]],
])("%s", (_, programs) => {
  test.each([
    ["v1.1.0", BYTES.C],
    ["churn@production", BYTES.B],
    ["churn", BYTES.C],
  ])("over HTTP: %s", async (version, bytes) => {
    const into = join(scratchDir(), "model");
    expect(await run(programs, address, version, "-o", into)).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(join(into, MODEL), "utf8")).toBe(bytes);
  });

  test("with the Git host switched off, from the store", async () => {
    const into = join(scratchDir(), "model");
    const off = await run(programs, "http://127.0.0.1:9/churn.git", "v1.1.0", "-o", into);
    expect(off.status).toBe(12);
    expect(existsSync(into)).toBe(false);
    const ended = await run(programs, store, "churn@production", "-o", into, "--json");
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ok: true,
      data: { version: "1.0.0", stage: "production", changed: true },
    });
    expect(readFileSync(join(into, MODEL), "utf8")).toBe(BYTES.B);
  });

  test("a password in the address is shown nowhere", async () => {
    const into = join(scratchDir(), "model");
    const secret = address.replace("http://", "http://ada:s3cret@");
    const [ended, missing] = [
      await run(programs, secret, "v1.1.0", "-o", into, "--json"),
      await run(programs, `${secret}x`, "-o", into),
    ];
    expect(ended.status).toBe(0);
    expect(missing.status).toBe(12);
    for (const said of [ended, missing]) expect(said.stdout + said.stderr).not.toContain("s3cret");
    expect(readFileSync(join(into, "version.json"), "utf8")).not.toContain("s3cret");
  });
});

test("a repository elsewhere than HTTP needs git, and says so", async () => {
  const ended = await run([], `file://${repo.dir}`, "v1.1.0", "-o", join(scratchDir(), "model"));
  expect(ended).toMatchObject({ status: 10 });
  expect(ended.stderr).toContain("over HTTP only");
});

describe("--verify-signature", () => {
  const get = (version: string, who: string, source = store) =>
    run(
      ["ssh-keygen"],
      source,
      version,
      "-o",
      join(scratchDir(), "model"),
      "--verify-signature",
      join(keys, `allowed-${who}`),
    );

  test("of the tagger, from the store and from Git", async () => {
    expect(await get("v1.1.0", "ada")).toMatchObject({ status: 0 });
    expect(await get("v1.1.0", "ada", address)).toMatchObject({ status: 0 });
  });

  test("of somebody else, and none", async () => {
    const other = await get("v1.1.0", "eve");
    expect(other).toMatchObject({ status: 1 });
    expect(other.stderr).toContain("v1.1.0: it is signed by SHA256:");
    expect(other.stderr).toContain("a key that was not allowed to ada@example.org at its date");
    expect((await get("v1.0.0", "ada")).stderr).toContain("v1.0.0: it is not signed");
  });
});

test("killed at any moment, the folder holds one version or the other, and the next call ends well", async () => {
  const parent = scratchDir();
  const into = join(parent, "model");
  expect(await run([], store, "1.0.0", "-o", into)).toMatchObject({ status: 0 });
  const env = testEnv({ PATH: folderOf() });
  let version = "1.0.0";
  for (let wait = 40; wait <= 400; wait += 24) {
    const next = version === "1.0.0" ? "1.1.0" : "1.0.0";
    const child = spawn(process.execPath, [PROGRAM, "get", store, next, "-o", into], {
      cwd: parent,
      env,
      stdio: "ignore",
    });
    // It may have ended by itself before it is killed.
    const ended = once(child, "close");
    await setTimeout(wait);
    child.kill("SIGKILL");
    await ended;
    if (existsSync(into)) {
      const stamp = JSON.parse(readFileSync(join(into, "version.json"), "utf8")) as { version: string };
      version = stamp.version;
      expect(readFileSync(join(into, MODEL), "utf8")).toBe(version === "1.0.0" ? BYTES.B : BYTES.C);
      expect(readdirSync(into).toSorted()).toEqual(["models", "version.json"]);
    }
  }
  expect(await run([], store, "1.1.0", "-o", into)).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(join(into, MODEL), "utf8")).toBe(BYTES.C);
  expect(readdirSync(parent)).toEqual(["model"]);
});

test("a store that is read-only, as one that is baked into an image", async () => {
  const image = scratchDir("image");
  cpSync(store, image, { recursive: true });
  execFileSync("chmod", ["-R", "a-w", image]);
  expect(await run([], image, "1.1.0", "-o", join(scratchDir(), "model"))).toMatchObject({ status: 0 });
});
