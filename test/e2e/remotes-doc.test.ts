// docs/remotes.md as it is typed, kind by kind, on real servers: what the page shows is set up, shared, and got by somebody else.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { play, sampleProject } from "../helpers/cli.ts";
import { createRepo, scratchDir, testEnv } from "../helpers/git.ts";
import { folderOf } from "../helpers/hooks.ts";
import { startLfsHost } from "../helpers/lfs-host.ts";
import { abandon, age, oneStore } from "../helpers/one-store.ts";
import { readPage, typedLines } from "../helpers/page-blocks.ts";
import { type Person, person, sha256 } from "../helpers/program.ts";
import { type S3Server, serverProgram, startNginx, startVersitygw } from "../helpers/servers.ts";
import { setRemotes } from "../helpers/shared.ts";
import { startSshd } from "../helpers/sshd.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mversion.js", import.meta.url));
const page = readPage("remotes.md");
const running: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of running) await stop();
});

const MODEL = "models/model.onnx";
const C = "model C\n";
const VOCAB = '{"a": 1}\n';

/** The page's words for places that are elsewhere in a test. */
type Places = Readonly<Record<string, string>>;
const at = (places: Places, line: string): string =>
  Object.entries(places).reduce((text, [word, here]) => text.replaceAll(word, here), line);

interface Surroundings {
  env?: Record<string, string | undefined>;
  programs?: string;
  /** The Git remote; a bare repository where it is left out. */
  origin?: string;
}

/** A project with a model and a folder at 1.2.0; its repository is at a Git remote already, without hooks. */
function released({ origin = createRepo({ bare: true }).dir, ...options }: Surroundings = {}): Person & {
  origin: string;
} {
  const ada = person("Ada", options);
  ada.sh("git init -q -b main && git config user.name Ada && git config user.email ada@example.org");
  ada.sh(`git remote add origin ${origin} && mv init --model churn --no-hooks --yes`);
  ada.write(MODEL, C);
  ada.write("tokenizer/vocab.json", VOCAB);
  ada.write("tokenizer/deep/merges.txt", "a b\n");
  ada.sh(`mv add ${MODEL} && mv add tokenizer && mv tag v1.2.0 -a -m first`);
  return { ...ada, origin };
}

/** What a remote is for: pushed here, pulled there, and, where the page says so, got without Git. */
function share(ada: Person & { origin: string }, options: Surroundings, store?: string): void {
  ada.sh("git add .mversion.yaml && git commit -qm 'A store'");
  ada.sh("mv push");
  const ben = person("Ben", { clone: ada.origin, ...options });
  ben.sh("mv pull");
  expect([ben.sha256(MODEL), ben.read("tokenizer/vocab.json")]).toEqual([sha256(C), VOCAB]);
  if (store !== undefined) got(store, options);
}

function got(store: string, options: Surroundings): void {
  const carl = person("Carl", options);
  carl.sh(`mv get ${store} churn@1.2.0 -o out`);
  expect([carl.sha256(`out/${MODEL}`), carl.read("out/tokenizer/vocab.json")]).toEqual([sha256(C), VOCAB]);
}

/** A folder of programs in front of the system's own. */
function programs(...names: string[]): string {
  const folder = scratchDir("programs");
  for (const name of names) symlinkSync(serverProgram(name), join(folder, name));
  return folder;
}

async function bucket(region?: string): Promise<{ server: S3Server; options: Surroundings }> {
  const server = await startVersitygw({ region });
  running.push(() => server.stop());
  const env = {
    AWS_ACCESS_KEY_ID: server.accessKey,
    AWS_SECRET_ACCESS_KEY: server.secretKey,
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const options = { env, programs: programs("aws") };
  person("Root", options).sh(`aws s3 mb s3://models --region ${region ?? "us-east-1"}`);
  return { server, options };
}

test("the first words, on a bucket", async () => {
  const { options } = await bucket();
  const ada = released(options);
  const lines = typedLines(page.take("Remotes"));
  expect(lines.map(({ line }) => line.split(" ").slice(1, 3).join(" "))).toEqual([
    "remote add",
    "remote test",
    "push",
    "pull",
    "remote list",
    "remote remove",
  ]);
  const [add, certify, push, pull, list, remove] = lines.map(({ line }) => line) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  ada.sh(add);
  expect(ada.sh(certify)).toMatch(/MiB\/s|MB\/s/);
  ada.sh("git commit -qam 'A store'");
  ada.sh(push);
  const ben = person("Ben", { clone: ada.origin, ...options });
  ben.sh(pull);
  expect(ben.sha256(MODEL)).toBe(sha256(C));
  expect(ben.sh(list)).toContain("s3://models/churn");
  ben.sh(remove);
  expect(ben.sh(list)).not.toContain("s3://models/churn");
  got("s3://models/churn", options);
});

test("a folder", () => {
  const mnt = join(scratchDir("mnt"), "models");
  mkdirSync(mnt);
  const places = { "/mnt/models": mnt };
  const ada = released();
  ada.sh(`mv remote add absent ${mnt}/absent`);
  expect(ada.refused("mv remote test absent", 12)).toContain("is not there");
  ada.sh("mv remote remove absent");
  for (const { line } of typedLines(page.take("Folder"))) ada.sh(at(places, line));
  // "once, for a team", with the only group that there is for sure.
  const [, team] = /`(chgrp team\s[^`]*)`/.exec(page.prose) ?? [];
  ada.sh(at({ ...places, "chgrp team": "chgrp $(id -gn)" }, team?.replaceAll("\n", " ") ?? "false"));
  share(ada, {}, `${mnt}/churn`);
  ada.sh("mv remote remove store");
  ada.sh(`mv remote add store file://${mnt}/churn && mv remote test store`);
});

test("S3", async () => {
  const { server, options } = await bucket("eu-central-1");
  const [amazon, minio] = typedLines(page.take("S3, and what speaks like it")).map(({ line }) => line) as [
    string,
    string,
  ];
  const ada = released(options);
  ada.sh(amazon);
  share(ada, options, "s3://models/churn");

  const other = await bucket();
  const without = { env: { ...other.options.env, AWS_ENDPOINT_URL_S3: undefined } };
  const eve = released(without);
  eve.sh(at({ "https://minio.example.org": other.server.endpoint }, minio));
  share(eve, without);

  // A profile is enough.
  const profile = { env: { AWS_ENDPOINT_URL_S3: server.endpoint, AWS_EC2_METADATA_DISABLED: "true" } };
  const dan = released(profile);
  dan.sh(amazon.replace("models/churn", "models/dan"));
  dan.sh("git commit -qam 'A store'");
  dan.sh(
    `mkdir -p ~/.aws && printf '[team]\naws_access_key_id = ${server.accessKey}\naws_secret_access_key = ${server.secretKey}\n' >~/.aws/credentials`,
  );
  expect(page.prose).toContain("`AWS_PROFILE=team mv push`");
  expect(dan.refused("mv push", 12)).not.toBe("");
  dan.sh("AWS_PROFILE=team mv push");
});

test("SSH", async () => {
  const sshd = await startSshd();
  running.push(() => sshd.stop());
  const folder = scratchDir("ssh");
  const srv = scratchDir("srv");
  const user = userInfo().username;
  sshd.configure(`Host models.example.org
  HostName 127.0.0.1
  Port ${sshd.port}
  HostKeyAlias [127.0.0.1]:${sshd.port}`);
  // The config of every day, which OpenSSH looks for in the account's home and not in HOME.
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${join(sshd.dir, "config")} "$@"\n`);
  chmodSync(join(folder, "ssh"), 0o755);
  const options = { programs: folder };
  const places = { "/srv/models": join(srv, "models"), "ada@": `${user}@` };
  const ada = released(options);
  for (const { line } of typedLines(page.take("SSH"))) ada.sh(at(places, line));
  share(ada, options, `ssh://${user}@models.example.org${srv}/models/churn`);
  ada.sh("mv remote test store");
});

test("a web server, to read only", async () => {
  const site = await startNginx();
  running.push(() => site.stop());
  const store = join(site.root, "churn");
  mkdirSync(store);
  const [{ line } = { line: "" }] = typedLines(page.take("A web server, to read only"));
  const ada = released();
  ada.sh(`mv remote add store ${store} && mv push && mv remote remove store`);
  ada.sh(at({ "https://models.example.org": site.url }, line));
  ada.sh("git commit -qam 'A site' && git push -q origin main v1.2.0");
  const ben = person("Ben", { clone: ada.origin });
  ben.sh("mv pull");
  expect([ben.sha256(MODEL), ben.read("tokenizer/vocab.json")]).toEqual([sha256(C), VOCAB]);
  got(`${site.url}/churn`, {});
});

test("Git LFS", async () => {
  const host = await startLfsHost();
  running.push(() => host.stop());
  const logIn = (who: Person): void => {
    const login = join(scratchDir("login"), "credentials");
    writeFileSync(login, `${host.origin.replace("://", `://${host.username}:${host.password}@`)}\n`);
    who.sh(`git config --global credential.helper 'store --file=${login}'`);
  };
  const [byGit, byItself] = typedLines(page.take("Git LFS: the Git host itself")).map(({ line }) => line) as [
    string,
    string,
  ];
  const fetch = page.take("Git LFS: the Git host itself");
  const address = host.repository("churn");
  const login = `${host.username}:${host.password}`;
  for (const [name, line] of [
    ["churn", byGit],
    ["other", at({ "lfs+https://lfs.example.org/team/churn": `lfs+${host.origin}/team/other.git/info/lfs` }, byItself)],
  ] as const) {
    const origin = name === "churn" ? address : host.repository(name);
    const ada = released({ origin, env: { HOME: undefined } });
    logIn(ada);
    ada.sh(line);
    ada.sh("git commit -qam 'A store' && mv push");
    const ben = person("Ben", { clone: origin.replace("://", `://${login}@`) });
    logIn(ben);
    ben.sh("mv pull");
    expect([ben.sha256(MODEL), ben.read("tokenizer/vocab.json")]).toEqual([sha256(C), VOCAB]);
    if (name !== "churn") continue;
    ben.sh(fetch);
    const digest = sha256(C);
    expect(ben.sha256(`.git/lfs/objects/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`)).toBe(digest);
    // "no: get asks the Git remote"
    const carl = person("Carl");
    logIn(carl);
    carl.sh(`mv get ${origin} churn@1.2.0 -o out`);
    expect(carl.sha256(`out/${MODEL}`)).toBe(digest);
    // Without the git program the login is that of the address.
    const into = join(scratchDir(), "out");
    const words = ["get", origin.replace("://", `://${login}@`), "churn@1.2.0", "-o", into];
    execFileSync(process.execPath, [PROGRAM, ...words], { env: testEnv({ PATH: folderOf() }) });
    expect(sha256(readFileSync(join(into, MODEL)))).toBe(digest);
    expect(readFileSync(join(into, "tokenizer/vocab.json"), "utf8")).toBe(VOCAB);
  }
});

test("a model comes back without mversion", async () => {
  const { options } = await bucket();
  const mnt = join(scratchDir("mnt"), "models");
  mkdirSync(join(mnt, "churn"), { recursive: true });
  const ada = released(options);
  ada.sh(`mv remote add store ${mnt}/churn && mv remote add bucket s3://models/churn && git commit -qam Stores`);
  ada.sh("mv push && mv push v1.2.0 --remote bucket");
  const places = { "/mnt/models": mnt, "b3242f12…": sha256(C) };
  const first = typedLines(page.take("Recover a model without mversion"));
  const loop = page.take("Recover a model without mversion");
  for (const kind of ["folder", "bucket"] as const) {
    const carl = person("Carl", options);
    const typed = (line: string, remark: string): string => {
      const [, instead] = /^or: (.*)$/.exec(remark) ?? [];
      return carl.sh(at(places, kind === "bucket" && instead !== undefined ? instead : line));
    };
    const [, record = "", , sum] = first.map(({ line, remark }) => typed(line, remark));
    expect(record).toContain(`sha256: "${sha256(C)}"`);
    expect(sum).toBe(`${sha256(C)}  model.onnx`);
    const [, manifest = ""] = /path: tokenizer, kind: directory, sha256: "(\w+)"/.exec(record) ?? [];
    const object = `objects/${manifest.slice(0, 2)}/${manifest}`;
    carl.sh(
      kind === "bucket"
        ? `aws s3 cp s3://models/churn/${object} manifest.json`
        : `cp ${mnt}/churn/${object} manifest.json`,
    );
    carl.sh(at(places, loop));
    expect([carl.read("vocab.json"), carl.read("deep/merges.txt")]).toEqual([VOCAB, "a b\n"]);
    const [, prove = ""] = /`(jq -r \.raw [^`]*)`/.exec(page.prose) ?? [];
    expect(carl.sh(prove)).toBe(ada.sh("git rev-parse refs/tags/v1.2.0"));
    expect(carl.sh("jq -r .oid 1.2.0.json")).toBe(ada.sh("git rev-parse refs/tags/v1.2.0"));
  }
});

test("what lies in a store", () => {
  const store = scratchDir("store");
  const ada = released();
  ada.sh(`mv remote add store ${store} && mv push && mv promote v1.2.0 staging -m go --push`);
  const layout = typedLines(page.take("Layout"))
    .map(({ line }) => line.split(/ {2,}/)[0] ?? "")
    .flatMap((paths) => paths.split(", "));
  const kinds = layout.map((path) =>
    path
      .replace("ab/abcdef…", "XX/X")
      .replace("1.2.0", "V")
      .replace("production", "S")
      .replace("push-….json", "push-X.json"),
  );
  const found = person("Carl", { dir: store })
    .sh("find . -type f")
    .split("\n")
    .map((path) =>
      path
        .slice(2)
        .replace(/^objects\/[0-9a-f]{2}\/[0-9a-f]{64}$/, "objects/XX/X")
        .replace("1.2.0", "V")
        .replace("staging", "S"),
    );
  expect(kinds).toEqual(expect.arrayContaining([...new Set(found)]));
  const shown = JSON.parse(page.take("Layout")) as object;
  const real = JSON.parse(person("Carl", { dir: store }).sh("cat mversion.json")) as object;
  const shape = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shape)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]))
        : typeof value;
  expect(shape(real)).toEqual(shape(shown));
});

/** A block of commands with what they print. */
function scenes(block: string): { line: string; shown: string }[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((scene) => {
      const [line = "", ...shown] = scene.replace(/\n$/, "").split("\n");
      return { line: line.split(/ +# /)[0] ?? "", shown: shown.join("\n") };
    });
}

test("gc, word for word", async () => {
  const shared = await oneStore();
  await abandon(shared.churn, "of nobody\n");
  age(shared.store, "of nobody\n");
  const ada = person("Ada", { dir: shared.churn.repo.dir });
  const [scene = { line: "", shown: "" }] = scenes(
    page.take("Clean up: mv gc --remote".replace("mv gc --remote", "`mv gc --remote`")),
  );
  const { stdout, stderr } = ada.run(scene.line);
  const words = at(
    {
      [`file://${shared.churn.origin.dir}`]: "https://git.example.org/team/churn.git",
      [`file://${shared.risk.origin.dir}`]: "https://git.example.org/team/risk.git",
    },
    stdout + stderr,
  );
  expect(words).toBe(`${scene.shown}\n`);
});

test("verify, word for word", async () => {
  const repo = await sampleProject({ until: "1.1.0" });
  repo.git("remote", "add", "origin", createRepo({ bare: true }).dir);
  setRemotes(repo, { store: scratchDir("store") });
  repo.git("commit", "-qam", "A store");
  await play(repo, "mv push --all");
  const ada = person("Ada", { dir: repo.dir });
  for (const { line, shown } of scenes(page.take("Check: `mv verify --remote`"))) {
    const printed = ada.sh(line);
    if (shown !== "") expect(printed).toBe(shown);
  }
});

test("nothing that the page shows was left out", () => {
  expect(page.left()).toEqual([]);
});
