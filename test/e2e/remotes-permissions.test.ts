// The table of docs/remotes.md, "Who needs which permission": what it lists suffices, on servers that allow nothing else.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, test } from "vitest";
import { createRepo, scratchDir } from "../helpers/git.ts";
import { startLfsHost } from "../helpers/lfs-host.ts";
import { readPage } from "../helpers/page-blocks.ts";
import { type Person, person, sha256 } from "../helpers/program.ts";
import { s3Client, useKeys } from "../helpers/s3.ts";
import { type S3Server, serverProgram, startNginx, startVersitygw } from "../helpers/servers.ts";
import { startSshd } from "../helpers/sshd.ts";

const page = readPage("remotes.md");
const ends: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

const MODEL = "models/model.onnx";
/** More than one part of a multipart upload. */
const LARGE = randomBytes(20 * 1024 * 1024);
type Env = Record<string, string | undefined>;

/** A project with a large model at 1.0.0 and a store; nothing is pushed. */
function project(add: string, env: Env = {}, origin = createRepo({ bare: true }).dir): Person & { origin: string } {
  const ada = person("Ada", { env });
  ada.sh("git init -q -b main && git config user.name Ada && git config user.email ada@example.org");
  ada.sh(`git remote add origin ${origin} && mv init --model churn --no-hooks --yes`);
  ada.write(MODEL, LARGE);
  ada.write("tokenizer/vocab.json", "{}\n");
  ada.sh(`mv add ${MODEL} && mv add tokenizer && ${add} && mv tag v1.0.0 -a -m first`);
  return { ...ada, origin };
}

/** A clone in which everything that reads is tried. */
function reader(origin: string, env: Env, store?: string): Person {
  const ben = person("Ben", { clone: origin, env });
  ben.sh("mv fetch");
  ben.sh("mv pull");
  expect(ben.sha256(MODEL)).toBe(sha256(LARGE));
  ben.sh("mv verify --remote store");
  if (store !== undefined) {
    const carl = person("Carl", { env });
    carl.sh(`mv get ${store} churn@1.0.0 -o out`);
    expect(carl.sha256(`out/${MODEL}`)).toBe(sha256(LARGE));
  }
  return ben;
}

/** What has to be sent is refused, and no ref goes out; what is only code does not need the store. */
function mayNotWrite(ben: Person): void {
  ben.sh("git config user.name Ben && git config user.email ben@example.org");
  ben.write("train.py", "x = 1\n");
  ben.sh("git add train.py && git commit -qm code && mv push");
  ben.sh(`chmod u+w ${MODEL}; echo more >>${MODEL} && mv add ${MODEL} && mv tag v1.1.0 -a -m second`);
  const ran = ben.run("mv push");
  expect(ran.status, ran.screen).not.toBe(0);
  expect(ran.stderr).toMatch(/Next: /);
  expect(ben.sh("git ls-remote --tags origin")).not.toContain("v1.1.0");
}

describe("S3", () => {
  const [, cells = ""] = /^\| S3 \|(.*)\|$/m.exec(page.prose.split("## Who needs which permission")[1] ?? "") ?? [];
  const [read = [], write = [], clean = []] = cells
    .split("|")
    .map((cell) => [...cell.matchAll(/`(s3:\w+)`/g)].map(([, action = ""]) => action));
  const rights = { reader: read, writer: [...read, ...write], cleaner: [...read, ...write, ...clean] };
  const ofBucket = (action: string): boolean => action.startsWith("s3:ListBucket");

  async function bucket(): Promise<{ server: S3Server; as: (who: keyof typeof rights) => Env }> {
    const server = await startVersitygw();
    ends.push(() => server.stop());
    useKeys(server);
    const client = s3Client(server);
    await client.send(new CreateBucketCommand({ Bucket: "models" }));
    const root = ["--access", server.accessKey, "--secret", server.secretKey, "--endpoint-url", server.endpoint];
    const statements = Object.entries(rights).flatMap(([user, actions]) => {
      const user_ = ["--access", user, "--secret", `${user}-secret`, "--role", "user"];
      execFileSync(serverProgram("versitygw"), ["admin", ...root, "create-user", ...user_]);
      const Principal = { AWS: [user] };
      return [
        { Effect: "Allow", Principal, Action: actions.filter(ofBucket), Resource: "arn:aws:s3:::models" },
        {
          Effect: "Allow",
          Principal,
          Action: actions.filter((each) => !ofBucket(each)),
          Resource: "arn:aws:s3:::models/churn/*",
        },
      ];
    });
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await client.send(new PutBucketPolicyCommand({ Bucket: "models", Policy }));
    const as = (who: keyof typeof rights): Env => ({
      AWS_ACCESS_KEY_ID: who,
      AWS_SECRET_ACCESS_KEY: `${who}-secret`,
      AWS_ENDPOINT_URL_S3: server.endpoint,
      AWS_EC2_METADATA_DISABLED: "true",
    });
    return { server, as };
  }

  test("to read, to write, and to clean up", async () => {
    expect(rights.reader).toEqual(["s3:GetObject", "s3:ListBucket"]);
    const { as } = await bucket();
    const ada = project("mv remote add store s3://models/churn", as("writer"));
    ada.sh("mv push");
    const aws = serverProgram("aws");
    // The server does keep to its policy.
    expect(ada.run(`${aws} s3 rm s3://models/churn/mversion.json`).status).not.toBe(0);

    const ben = reader(ada.origin, as("reader"), "s3://models/churn");
    expect(ben.run("mv gc --remote store --dry-run").screen).toContain("kept");
    expect(ben.run("mv remote test store").screen).toMatch(/put .*AccessDenied/);
    mayNotWrite(ben);

    // Without the right to delete: one lock that holds nothing, which is taken again.
    const locks = (): string => ada.sh(`${aws} s3 ls s3://models/churn/locks/`);
    const left = locks().split("\n").length;
    ada.sh("mv pull");
    ada.write(MODEL, "other bytes\n");
    ada.sh(`mv add ${MODEL} && mv tag v1.1.0 -a -m second && mv push`);
    expect([left, locks().split("\n").length]).toEqual([1, 1]);
    expect(ada.run("mv gc --remote store --grace 0 --yes").status).toBe(0);

    ada.sh("git checkout -q -b experiment");
    ada.write(MODEL, "of nobody\n");
    ada.sh(
      `mv add ${MODEL} && git commit -qam draft && mv push --no-git && git checkout -q -f main && git branch -qD experiment`,
    );
    ada.sh("git reflog expire --expire=now --all");
    expect(ada.refused("mv gc --remote store --grace 0 --yes", 12)).toContain("s3:DeleteObject");
    const cleaner = person("Dan", { clone: ada.origin, env: as("cleaner") });
    expect(cleaner.sh("mv gc --remote store --grace 0 --yes")).toContain("1 object (10 B) removed");
    cleaner.sh("mv remote test store");
  });
});

test.skipIf(process.getuid?.() !== 0)("a folder, and one behind SSH, that can only be read", async () => {
  const [store, readOnly] = [scratchDir("store"), scratchDir("read-only")];
  const sshd = await startSshd();
  const env = { GIT_SSH_COMMAND: sshd.env["GIT_SSH_COMMAND"] };
  execFileSync("mount", ["--bind", store, readOnly]);
  execFileSync("mount", ["-o", "remount,ro,bind", readOnly]);
  ends.push(
    () => sshd.stop(),
    () => void execFileSync("umount", [readOnly]),
  );
  for (const [place, seen] of [
    [store, readOnly],
    [sshd.url(store), sshd.url(readOnly)],
  ] as const) {
    const ada = project(`mv remote add store ${place}`, env);
    ada.sh("mv push");
    ada.sh(
      `mv remote remove store && mv remote add store ${seen} && git commit -qam 'To read' && git push -q origin main`,
    );
    mayNotWrite(reader(ada.origin, env, seen));
    ada.sh(`rm -rf ${store}/*`);
  }
});

test("a web server that takes nothing but GET and HEAD", async () => {
  const site = await startNginx("limit_except GET { deny all; }");
  ends.push(() => site.stop());
  mkdirSync(join(site.root, "churn"));
  const ada = project(`mv remote add store ${join(site.root, "churn")}`);
  ada.sh("mv push");
  ada.sh(
    `mv remote remove store && mv remote add store ${site.url}/churn && git commit -qam Site && git push -q origin main`,
  );
  mayNotWrite(reader(ada.origin, {}, `${site.url}/churn`));
});

test("Git LFS with a login that may only read", async () => {
  const host = await startLfsHost();
  ends.push(() => host.stop());
  host.repository("churn");
  const logIn = (who: Person, password: string): void => {
    const login = join(scratchDir("login"), "credentials");
    writeFileSync(login, `${host.origin.replace("://", `://${host.username}:${password}@`)}\n`);
    who.sh(`git config --global credential.helper 'store --file=${login}'`);
  };
  const ada = project(`mv remote add store lfs+${host.origin}/team/churn.git/info/lfs`);
  logIn(ada, host.password);
  ada.sh("mv push");
  const ben = person("Ben", { clone: ada.origin });
  logIn(ben, host.readingPassword);
  ben.sh("mv fetch && mv pull");
  expect(ben.sha256(MODEL)).toBe(sha256(LARGE));
  ben.sh("mv verify --remote store");
  mayNotWrite(ben);
});
