// Rolling out over what companies have: Git behind ssh and behind HTTP that asks who one is, stores in buckets and behind ssh. From a
// clone, from a machine without one, two at once, and with the Git host off.
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { chmodSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseStageFile, stageFilePath } from "../../src/model/stage-file.ts";
import { openRemote } from "../../src/remotes/open.ts";
import { createRepo, scratchDir, type TestRepo } from "../helpers/git.ts";
import { type GitServer, serveGit } from "../helpers/git-http.ts";
import { folderOf } from "../helpers/hooks.ts";
import { type Person, person, type PersonOptions, type Ran } from "../helpers/program.ts";
import { s3Client, useKeys } from "../helpers/s3.ts";
import { type S3Server, startMoto, startVersitygw } from "../helpers/servers.ts";
import { type Sshd, startSshd } from "../helpers/sshd.ts";

const MODEL = "models/model.onnx";
const STORE = "team/models";
const PROGRAM = join(import.meta.dirname, "../../bin/mversion.js");

/** Where a test's repository and store are, and what whoever reaches them has in the environment. */
interface Place {
  repo: string;
  store: { url: string; endpoint?: string };
  env: Record<string, string | undefined>;
}

let sshd: Sshd;
let http: GitServer;
let folder: string;
/** Programs of a machine that has no git. */
let noGit: string;

beforeAll(async () => {
  sshd = await startSshd();
  folder = scratchDir("served");
  http = await serveGit(folder, { push: true, user: "ada:open sesame" });
  noGit = folderOf("ssh");
});
afterAll(async () => {
  await sshd.stop();
  await http.close();
});

function bareAt(name: string): TestRepo {
  const bare = createRepo({ bare: true });
  bare.git("symbolic-ref", "HEAD", "refs/heads/main");
  renameSync(bare.dir, join(folder, name));
  return { ...bare, dir: join(folder, name) };
}

/** Git's own way of having a password ready (gitcredentials(7)). */
function credentials(): Record<string, string> {
  const home = scratchDir("config");
  const helper = join(home, "helper");
  writeFileSync(helper, '#!/bin/sh\n[ "$1" = get ] || exit 0\necho username=ada\necho "password=open sesame"\n');
  chmodSync(helper, 0o755);
  writeFileSync(join(home, "gitconfig"), `[init]\n\tdefaultBranch = main\n[credential]\n\thelper = ${helper}\n`);
  return { GIT_CONFIG_GLOBAL: join(home, "gitconfig") };
}

async function bucketOn(server: S3Server, name: string): Promise<Place["store"]> {
  useKeys(server);
  await s3Client(server).send(new CreateBucketCommand({ Bucket: name }));
  return { url: `s3://${name}/${STORE}`, endpoint: server.endpoint };
}

const sshEnv = (): Place["env"] => ({ GIT_SSH_COMMAND: sshd.env["GIT_SSH_COMMAND"] });

const PLACES: [string, () => Promise<Place & { stop?: () => Promise<void> }>][] = [
  [
    "Git and the store behind ssh",
    async () => {
      const [name, place] = ["ssh.git", join(scratchDir("store"), "models")];
      bareAt(name);
      mkdirSync(place);
      return { repo: sshd.url(join(folder, name)), store: { url: sshd.url(place) }, env: sshEnv() };
    },
  ],
  [
    "Git behind HTTP with a password, the store in a bucket of versitygw",
    async () => {
      bareAt("http.git");
      const server = await startVersitygw();
      const store = await bucketOn(server, "models");
      return { repo: `${http.url}/http.git`, store, env: credentials(), stop: server.stop };
    },
  ],
  [
    "Git behind ssh by a short name, the store in a bucket of moto",
    async () => {
      bareAt("moto.git");
      sshd.configure(`Host forge\n  HostName 127.0.0.1\n  Port ${sshd.port}\n`);
      const server = await startMoto();
      const store = await bucketOn(server, "models");
      return { repo: `forge:${join(folder, "moto.git")}`, store, env: sshEnv(), stop: server.stop };
    },
  ],
];

/** Types a line while this process serves Git. It must end so. */
async function typed(who: Person, line: string, status = 0): Promise<Ran> {
  const ran = await who.start(line);
  expect(ran.status, ran.screen).toBe(status);
  return ran;
}

describe.each(PLACES)("%s", (_, open) => {
  let place: Place;
  let ada: Person;
  let stop: (() => Promise<void>) | undefined;

  const someone = (name: string, options: PersonOptions = {}): Person =>
    person(name, { ...options, env: { ...place.env, AWS_ENDPOINT_URL_S3: place.store.endpoint, ...options.env } });
  const tagsThere = async (): Promise<string[]> =>
    (await typed(ada, "git ls-remote --refs --tags origin 'churn#*'")).stdout.match(/churn#\S+/g) ?? [];

  async function stageFile(): Promise<{ number: number; baseline: string; bytes: Uint8Array }> {
    const { url, endpoint = null } = place.store;
    const env = { ...process.env, ...place.env };
    const settings = { url, endpoint, region: null, path_style: endpoint !== null };
    const remote = await openRemote("store", settings, { root: "/", env, gitConfig: async () => null });
    const path = stageFilePath("churn", "production");
    const file = await remote.readFile(path, 1 << 20);
    await remote.close();
    if (file === null) throw new Error(`${path} is not there`);
    const { number, baseline } = parseStageFile(file.bytes, path).assignment;
    return { number, baseline, bytes: file.bytes };
  }

  beforeAll(async () => {
    ({ stop, ...place } = await open());
    ada = someone("Ada");
    const { url, endpoint } = place.store;
    const flags = endpoint === undefined ? "" : ` --endpoint ${endpoint} --path-style`;
    await typed(ada, `git init -q && git remote add origin '${place.repo}' && mv init --model churn --yes`);
    await typed(ada, `mv remote add store '${url}'${flags}`);
    for (const [version, bytes] of [
      ["v1.0.0", "A"],
      ["v1.1.0", "B"],
    ] as const) {
      ada.write(MODEL, bytes);
      await typed(ada, `mv add ${MODEL} && git add -A && mv tag ${version} -m "Training ${bytes}"`);
    }
    await typed(ada, "mv push");
    await typed(ada, "mv promote v1.0.0 production -m First --push");
    await typed(ada, "mv promote v1.1.0 production -m Second --push");
  });
  afterAll(() => stop?.());

  test("promote --push left the tags, and the newest in the store", async () => {
    expect(await tagsThere()).toEqual(["churn#production#1", "churn#production#2"]);
    expect(await stageFile()).toMatchObject({ number: 2, baseline: "1.1.0" });
  });

  test("a machine without a clone rolls back and promotes, and keeps nothing", async () => {
    const temp = scratchDir("temp");
    const night = someone("Night", { env: { TMPDIR: temp } });
    const back = await typed(night, `mv rollback production --repo '${place.repo}' -m 'Incident 12'`);
    expect(back.stdout).toContain("churn#production#3");
    expect(await stageFile()).toMatchObject({ number: 3, baseline: "1.0.0" });
    expect([...readdirSync(temp), ...readdirSync(night.dir)]).toEqual([]);
    await typed(night, `mv promote v1.1.0 production --weight 10 --repo '${place.repo}' -m Canary`);
    expect(await stageFile()).toMatchObject({ number: 4, baseline: "1.0.0" });
    expect(await tagsThere()).toHaveLength(4);
    const late = await typed(ada, "mv promote v1.1.0 production -m Whole --push", 1);
    expect(late.stderr).toContain("which was not known here: Canary");
  });

  test("what is on the stage comes from the Git host, and from the store alone", async () => {
    const asked = "churn@production --variants -o";
    const serving = someone("Serving");
    await typed(serving, `mv get '${place.repo}' ${asked} by-git`);
    expect(serving.read(`by-git/1.1.0/${MODEL}`)).toBe("B");
    const offline = someone("Offline", { env: { PATH: noGit, GIT_CONFIG_GLOBAL: undefined } });
    await typed(offline, `'${process.execPath}' '${PROGRAM}' get '${place.store.url}' ${asked} by-store`);
    expect(offline.read(`by-store/1.0.0/${MODEL}`)).toBe("A");
    expect(JSON.parse(offline.read("by-store/rollout.json"))).toMatchObject({ assignment: { number: 4 } });
  });

  test("of two at once one wins, the other is told, and the store has the newest", async () => {
    const ben = someone("Ben");
    await typed(ada, "git fetch -q --tags");
    const both = await Promise.all([
      ada.start("mv promote v1.1.0 production --push -m Ada"),
      ben.start(`mv promote v1.1.0 production --repo '${place.repo}' -m Ben`),
    ]);
    const screens = both.map(({ screen }) => screen).join("\n");
    // Where the second came after the first it found it done.
    expect(["0 0", "0 1", "1 0"], screens).toContain(both.map(({ status }) => status).join(" "));
    for (const { status, stderr } of both) if (status === 1) expect(stderr).toContain("which was not known here");
    expect((await tagsThere()).at(-1)).toBe("churn#production#5");
    expect(await stageFile()).toMatchObject({ number: 5, baseline: "1.1.0" });
  });

  test("an older assignment is never put over a newer one", async () => {
    const before = await stageFile();
    const late = someone("Late");
    await typed(late, `git clone -q '${place.repo}' .`);
    await typed(late, "git tag -l 'churn#production#[3-9]' | xargs git -c core.hooksPath=/dev/null tag -d");
    await typed(late, "mv push --all");
    expect(Buffer.from((await stageFile()).bytes)).toEqual(Buffer.from(before.bytes));
  });
});

test("a password that is not ready, and one that is wrong, are asked for nowhere and said nowhere", async () => {
  bareAt("closed.git");
  const night = person("Night", { env: { GIT_TERMINAL_PROMPT: "0" } });
  const asked = (url: string): Promise<Ran> => typed(night, `mv rollback production --repo '${url}' -m Night`, 12);
  const url = `${http.url}/closed.git`;
  const port = new URL(url).port;
  expect((await asked(url)).stderr.replaceAll(port, "PORT")).toMatchInlineSnapshot(`
    "mversion: http://127.0.0.1:PORT/closed.git: could not read Username for 'http://127.0.0.1:PORT': terminal prompts disabled
    Next: check the address and your access to it
    "
  `);
  expect((await asked(url.replace("//", "//ada:wrong@"))).stderr.replaceAll(port, "PORT")).toMatchInlineSnapshot(`
    "mversion: http://127.0.0.1:PORT/closed.git: Authentication failed for 'http://127.0.0.1:PORT/closed.git/'
    Next: check the address and your access to it
    "
  `);
});
