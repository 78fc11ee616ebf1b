// The SSH remote on OpenSSH's own server: the contract, and what is true of SSH alone.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, relative } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isMvError } from "../../src/errors.ts";
import { thisProcess } from "../../src/platform/processes.ts";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote, RemoteContext, Transfer } from "../../src/remotes/remote.ts";
import { parseSshUrl } from "../../src/remotes/ssh/address.ts";
import { withFileLock } from "../../src/remotes/ssh/locks.ts";
import { createSession } from "../../src/remotes/ssh/session.ts";
import { placeInFolder, remoteContract, type RemoteUnderTest } from "../contracts/remote.ts";
import { storeLockContract } from "../contracts/store-locks.ts";
import { person } from "../helpers/program.ts";
import { type Sshd, startSshd } from "../helpers/sshd.ts";

const MiB = 1024 * 1024;

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mv-store-"));
  made.push(folder);
  return folder;
}

function context(env: NodeJS.ProcessEnv): RemoteContext {
  return { root: "/", env, gitConfig: async () => null };
}

function openAt(url: string, env: NodeJS.ProcessEnv = sshd.env): Promise<Remote> {
  return openRemote("store", { url, endpoint: null, region: null, path_style: false }, context(env));
}

/** Where the server begins: the home folder of the user that it runs as. */
function homeThere(): string {
  return userInfo().homedir;
}

function sshOfThisProcess(): number[] {
  const listed = execFileSync("ps", ["-o", "pid=,comm=", "--ppid", String(process.pid)], { encoding: "utf8" });
  return listed.split("\n").flatMap((line) => (line.endsWith(" ssh") ? [Number.parseInt(line, 10)] : []));
}

async function openFresh(): Promise<RemoteUnderTest> {
  const folder = newFolder();
  const open = (): Promise<Remote> => openAt(sshd.url(folder));
  return { remote: await open(), again: open, ...placeInFolder(folder) };
}

remoteContract("over SSH", openFresh);
storeLockContract("over SSH", openFresh);

const HELLO = { sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", size: 5 };

function fileOf(bytes: Uint8Array): Transfer {
  const file = join(newFolder(), "file");
  writeFileSync(file, bytes);
  return { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, file };
}

/** What a remote says when it is first asked something; the message without this run's port and folders. */
async function refusal(remote: Remote): Promise<{ code: string; message: string; hint: string | undefined }> {
  try {
    await remote.has([HELLO]);
  } catch (error) {
    if (!isMvError(error)) throw error;
    const plain = (text: string): string => text.replaceAll(String(sshd.port), "PORT").replaceAll(sshd.dir, "DIR");
    return { code: error.code, message: plain(error.message), hint: error.hint && plain(error.hint) };
  } finally {
    await remote.close();
  }
  throw new Error("nothing was refused");
}

describe("who may connect", () => {
  const config = (lines: string): NodeJS.ProcessEnv => {
    const file = join(newFolder(), "config");
    writeFileSync(file, `${lines}\nHost *\n  GlobalKnownHostsFile /dev/null\n  IdentitiesOnly yes\n`);
    return { ...sshd.env, GIT_SSH_COMMAND: `ssh -F ${file}` };
  };

  test("an unknown host key is refused, even where the user's config accepts new ones", async () => {
    for (const strict of ["ask", "accept-new", "no"]) {
      const known = join(newFolder(), "known");
      const env = config(`StrictHostKeyChecking ${strict}\nUserKnownHostsFile ${known}\nIdentityFile ${sshd.dir}/user`);
      expect(await refusal(await openAt(sshd.url("/tmp"), env))).toEqual({
        code: "host-key",
        message:
          "store: No ED25519 host key is known for [127.0.0.1]:PORT and you have requested strict checking.; " +
          "Host key verification failed.",
        hint: "ssh -p PORT 127.0.0.1, once, to compare its key with what its owner says and to accept it",
      });
      expect(existsSync(known)).toBe(false);
    }
  });

  test("a changed host key is refused, and the way out does not accept it", async () => {
    const known = join(newFolder(), "known");
    const other = readFileSync(join(sshd.dir, "stranger.pub"), "utf8");
    writeFileSync(known, `[127.0.0.1]:${sshd.port} ${other}`);
    const env = config(`UserKnownHostsFile ${known}\nIdentityFile ${sshd.dir}/user`);
    expect(await refusal(await openAt(sshd.url("/tmp"), env))).toMatchObject({
      code: "host-key",
      message: expect.stringContaining("Host key verification failed."),
      hint: "ask who runs the host whether its key was changed, and only then: ssh-keygen -R '[127.0.0.1]:PORT'",
    });
  });

  test("a key that the server does not know is denied, in the words of ssh", async () => {
    const env = config(`UserKnownHostsFile ${sshd.dir}/known_hosts\nIdentityFile ${sshd.dir}/stranger`);
    expect(await refusal(await openAt(sshd.url("/tmp"), env))).toEqual({
      code: "denied",
      message: expect.stringMatching(/^store: .+@127\.0\.0\.1: Permission denied \(publickey\)\.$/),
      hint: "ssh -p PORT 127.0.0.1 -v, to see what is tried",
    });
  });

  test("a Host of the user's config is reached as it says, through a command too", async () => {
    const folder = newFolder();
    sshd.configure(`Host models
  HostName 127.0.0.1
  Port ${sshd.port}
  ProxyCommand ssh -F ${sshd.dir}/config -p ${sshd.port} -W %h:%p 127.0.0.1`);
    const remote = await openAt(`ssh://models${folder}`);
    await remote.send([fileOf(Buffer.from("hello"))], { jobs: 1 });
    expect(await remote.has([HELLO])).toEqual(new Set([HELLO.sha256]));
    await remote.close();
    sshd.configure("");
  });

  test("a server that nobody runs, and a program that is not there", async () => {
    expect(await refusal(await openAt("ssh://127.0.0.1:1/m"))).toMatchObject({
      code: "unreachable",
      message: "store: ssh: connect to host 127.0.0.1 port 1: Connection refused",
    });
    expect(await refusal(await openAt("ssh://h/m", { GIT_SSH: "/no/such/ssh" }))).toMatchObject({
      code: "unreachable",
      message: "store: /no/such/ssh cannot be started: spawn /no/such/ssh ENOENT",
    });
  });
});

describe("the store's folder", () => {
  test("that is absent is not made", async () => {
    const folder = join(newFolder(), "absent");
    const remote = await openAt(sshd.url(folder));
    await expect(remote.send([fileOf(Buffer.from("hello"))], { jobs: 1 })).rejects.toMatchObject({
      code: "unreachable",
      message: `store: ${folder} is not there on 127.0.0.1`,
      hint: `if it is to be a new store: ssh -p ${sshd.port} 127.0.0.1 mkdir -p ${folder}`,
    });
    await remote.close();
    expect(existsSync(folder)).toBe(false);
  });

  test("may be named from the home folder, with blanks and umlauts", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "Modelle für alle"));
    // Where the session begins is the server user's home; from there by "..".
    const up = relative(homeThere(), join(folder, "Modelle für alle"));
    const remote = await openAt(sshd.url(`/~/${encodeURI(up)}`));
    await remote.send([fileOf(Buffer.from("hello"))], { jobs: 1 });
    await remote.close();
    expect(readFileSync(join(folder, "Modelle für alle/objects/2c", HELLO.sha256), "utf8")).toBe("hello");
  });

  test("decides how open to others what is made in it is, whatever the umask", async () => {
    const folder = newFolder();
    chmodSync(folder, 0o2775);
    const remote = await openAt(sshd.url(folder));
    await remote.send([fileOf(Buffer.from("hello"))], { jobs: 1 });
    await remote.writeFile("models/churn/stages/production.json", Buffer.from("{}"));
    await remote.close();
    const mode = (path: string): number => statSync(join(folder, path)).mode & 0o7777;
    expect(mode("objects/2c")).toBe(0o2775);
    expect(mode(`objects/2c/${HELLO.sha256}`)).toBe(0o444);
    expect(mode("models/churn/stages")).toBe(0o2775);
    expect(mode("models/churn/stages/production.json")).toBe(0o664);
    expect(readdirSync(join(folder, "objects/2c"))).toEqual([HELLO.sha256]);
    expect(readdirSync(join(folder, "models/churn/stages"))).toEqual(["production.json"]);
  });

  test.skipIf(process.getuid?.() !== 0)("on a full disk says so, keeps what is there, and leaves no part", async () => {
    const folder = newFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "none", folder]);
    try {
      const remote = await openAt(sshd.url(folder));
      await remote.send([fileOf(Buffer.from("hello"))], { jobs: 1 });
      const large = fileOf(randomBytes(4 * MiB));
      await expect(remote.send([large], { jobs: 1 })).rejects.toMatchObject({
        code: "no-space",
        message: expect.stringContaining("the disk of 127.0.0.1 is full"),
      });
      expect(await remote.has([HELLO, large])).toEqual(new Set([HELLO.sha256]));
      await remote.close();
      expect(readdirSync(join(folder, "objects", large.sha256.slice(0, 2)))).toEqual([]);
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  test.skipIf(process.getuid?.() !== 0)("on a read-only disk is denied", async () => {
    const folder = newFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "none", folder]);
    try {
      const remote = await openAt(sshd.url(folder));
      await expect(remote.send([fileOf(Buffer.from("hello"))], { jobs: 1 })).rejects.toMatchObject({
        code: "denied",
        message: expect.stringContaining("the file system is read-only"),
      });
      await remote.close();
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  test("a symbolic link or a folder in an object's place is no object", async () => {
    const folder = newFolder();
    const sent = fileOf(Buffer.from("hello"));
    const place = join(folder, "objects", "2c", HELLO.sha256);
    mkdirSync(join(place, ".."), { recursive: true });
    symlinkSync(sent.file, place);
    const remote = await openAt(sshd.url(folder));
    expect(await remote.has([HELLO])).toEqual(new Set());
    expect(await remote.read(HELLO.sha256, 100)).toBeNull();
    await remote.send([sent], { jobs: 1 });
    expect(lstatSync(place).isFile()).toBe(true);
    rmSync(place);
    mkdirSync(place);
    await expect(remote.send([sent], { jobs: 1 })).rejects.toMatchObject({ code: "denied" });
    await remote.close();
  });

  test("parts that killed senders left go with the next large object, others' stay", async () => {
    const folder = newFolder();
    const large = fileOf(randomBytes(MiB));
    const prefix = join(folder, "objects", large.sha256.slice(0, 2));
    mkdirSync(prefix, { recursive: true });
    for (const name of [".mv-7-abcdefabcdef-1.tmp", ".mv-7-abcdefabcdef-2.tmp"]) writeFileSync(join(prefix, name), "x");
    utimesSync(join(prefix, ".mv-7-abcdefabcdef-1.tmp"), 1e9, 1e9);
    const remote = await openAt(sshd.url(folder));
    await remote.send([large], { jobs: 1 });
    await remote.close();
    expect(readdirSync(prefix).toSorted()).toEqual([".mv-7-abcdefabcdef-2.tmp", large.sha256]);
  });
});

describe("a connection that is lost", () => {
  test("while sending: goes on behind what was durable", async () => {
    const folder = newFolder();
    const large = fileOf(randomBytes(160 * MiB));
    const remote = await openAt(sshd.url(folder));
    let [sent, again, isDropped] = [0, 0, false];
    await remote.send([large], {
      jobs: 1,
      onBytes(count) {
        sent += count;
        if (count < 0) again -= count;
        if (sent < 120 * MiB || isDropped) return;
        isDropped = true;
        sshd.drop();
      },
    });
    await remote.close();
    expect(isDropped).toBe(true);
    expect(sent).toBe(large.size);
    expect(again).toBeLessThan(64 * MiB);
    const there = readFileSync(join(folder, "objects", large.sha256.slice(0, 2), large.sha256));
    expect(createHash("sha256").update(there).digest("hex")).toBe(large.sha256);
    expect(readdirSync(join(folder, "objects", large.sha256.slice(0, 2)))).toEqual([large.sha256]);
  });

  test("while receiving, by an ssh that is killed: goes on behind what is here", async () => {
    const folder = newFolder();
    const large = fileOf(randomBytes(64 * MiB));
    const remote = await openAt(sshd.url(folder));
    await remote.send([large], { jobs: 1 });
    let [got, isKilled] = [0, false];
    const wanted = { ...large, file: join(newFolder(), "wanted") };
    await remote.receive([wanted], {
      jobs: 1,
      onBytes(count) {
        got += count;
        if (got < 20 * MiB || isKilled) return;
        isKilled = true;
        for (const pid of sshOfThisProcess()) process.kill(pid, "SIGKILL");
      },
    });
    await remote.close();
    expect(isKilled).toBe(true);
    expect(got).toBe(large.size);
    expect(readFileSync(wanted.file).equals(readFileSync(large.file))).toBe(true);
  });

  test("in the middle of a conditional write: its lock is not in the way of the next", async () => {
    const folder = newFolder();
    const remote = await openAt(sshd.url(folder));
    await remote.writeFile("mversion.json", Buffer.from("1"));
    // As a process of this machine that has ended leaves it.
    const ended = { ...thisProcess(), pid: 4_194_305, nonce: "0", since: "" };
    writeFileSync(join(folder, "mversion.json.lock"), JSON.stringify(ended));
    writeFileSync(join(folder, "mversion.json.lock.takeover"), JSON.stringify(ended));
    expect(await remote.writeFile("mversion.json", Buffer.from("2"))).toBe(true);
    await remote.close();
    expect(readdirSync(folder)).toEqual(["mversion.json"]);
  });

  test("a lock of another machine is taken over once it has not changed for long, not before", async () => {
    const folder = newFolder();
    const session = createSession("store", parseSshUrl("store", sshd.url(folder)), context(sshd.env));
    const path = join(folder, "mversion.json");
    writeFileSync(`${path}.lock`, JSON.stringify({ ...thisProcess(), host: "elsewhere", nonce: "1", since: "" }));
    const done = await session.use((store) => withFileLock(store, path, async () => "done", { staleMs: 300 }));
    expect(done).toBe("done");
    const live = { ...thisProcess(), nonce: "2", since: "" };
    let count = 0;
    writeFileSync(`${path}.lock`, JSON.stringify(live));
    // One that changes hands has owners that live.
    const timer = setInterval(
      () => writeFileSync(`${path}.lock`, JSON.stringify({ ...live, nonce: (count += 1) })),
      50,
    );
    const waiting = session.use((store) => withFileLock(store, path, async () => "done", { staleMs: 4000 }));
    await expect(waiting).rejects.toMatchObject({
      code: "locked",
      hint: expect.stringContaining(`remove ${path}.lock there`),
    });
    clearInterval(timer);
    await session.close();
  });

  test("who reaches the store as a folder keeps out of the way of who reaches it over SSH", async () => {
    const folder = newFolder();
    const remotes = await Promise.all([
      openAt(sshd.url(folder)),
      openAt(folder),
      openAt(sshd.url(folder)),
      openAt(folder),
    ]);
    await remotes[0]?.writeFile("mversion.json", Buffer.from("[]"));
    await Promise.all(
      remotes.map(async (remote, at) => {
        for (let done = 0; done < 5;) {
          const now = await remote.readFile("mversion.json", 1000);
          const list = JSON.parse(now?.bytes.toString() ?? "null") as number[];
          if (await remote.writeFile("mversion.json", Buffer.from(JSON.stringify([...list, at])), now?.mark)) done += 1;
        }
      }),
    );
    expect((JSON.parse(readFileSync(join(folder, "mversion.json"), "utf8")) as number[]).toSorted().join("")).toBe(
      "00000111112222233333",
    );
    await Promise.all(remotes.map((remote) => remote.close()));
  });
});

describe("other servers", () => {
  let other: Sshd | null = null;
  afterEach(async () => {
    await other?.stop();
    other = null;
  });
  const serve = async (subsystem: string): Promise<Remote> => {
    other = await startSshd(`Subsystem sftp ${subsystem}`);
    return openAt(other.url(newFolder()), other.env);
  };

  test("without SFTP", async () => {
    other = await startSshd("PermitTTY no");
    const remote = await openAt(other.url("/tmp"), other.env);
    expect(await refusal(remote)).toMatchObject({
      code: "denied",
      message: expect.stringContaining("subsystem request failed"),
      hint: "the server must offer SFTP (sshd_config: Subsystem sftp internal-sftp)",
    });
  });

  test("whose login shell prints text where SFTP should be", async () => {
    const script = join(newFolder(), "talkative");
    writeFileSync(script, "#!/bin/sh\necho Welcome to the cluster\nexec cat\n", { mode: 0o755 });
    const remote = await serve(script);
    expect(await refusal(remote)).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining('it begins with "Welcome to the cluster'),
      hint: expect.stringContaining("print nothing"),
    });
  });

  test("that only reads", async () => {
    const remote = await serve("internal-sftp -R");
    expect(await remote.has([HELLO])).toEqual(new Set());
    await expect(remote.send([fileOf(Buffer.from("hello"))], { jobs: 1 })).rejects.toMatchObject({ code: "denied" });
    await expect(remote.writeFile("mversion.json", Buffer.from("{}"))).rejects.toMatchObject({ code: "denied" });
    await remote.close();
  });

  test("that knows none of OpenSSH's extensions", async () => {
    const remote = await serve("internal-sftp -P posix-rename,fsync,hardlink,statvfs,limits");
    const large = fileOf(randomBytes(MiB));
    await remote.send([fileOf(Buffer.from("hello")), large], { jobs: 1 });
    expect((await remote.has([HELLO, large])).size).toBe(2);
    expect(await remote.writeFile("mversion.json", Buffer.from("1"), null)).toBe(true);
    await expect(remote.writeFile("mversion.json", Buffer.from("2"))).rejects.toMatchObject({
      code: "denied",
      hint: expect.stringContaining("posix-rename@openssh.com"),
    });
    await remote.close();
  });
});

test("a second clone gets a release byte for byte over SSH, and so does a folder that is no clone", async () => {
  const store = newFolder();
  const env = { GIT_SSH_COMMAND: sshd.env["GIT_SSH_COMMAND"] };
  const server = join(newFolder(), "churn.git");
  execFileSync("git", ["init", "-q", "--bare", "-b", "main", server]);
  const ada = person("Ada", { clone: server, env });
  ada.write("models/model.onnx", randomBytes(300_000));
  ada.write("models/tokenizer/vocab.txt", "a\nb\n");
  ada.write("models/tokenizer/empty", "");
  ada.sh("mversion init --model churn --no-hooks --yes");
  ada.sh("mversion add models/model.onnx models/tokenizer");
  ada.sh("git add --all && git commit -qm First");
  ada.sh("mversion tag v1.0.0 -m 'First one'");
  ada.sh(`mversion remote add store ${sshd.url(store)}`);
  expect(ada.sh("mversion remote test store")).toContain("ok");
  ada.sh("git commit -qam 'Share by SSH' && mversion push");
  expect(ada.run("mversion doctor --json").stdout).toContain(`store answers, ${sshd.url(store)}`);

  const ben = person("Ben", { clone: server, env });
  ben.sh("mversion pull");
  for (const path of ["models/model.onnx", "models/tokenizer/vocab.txt", "models/tokenizer/empty"]) {
    expect(ben.sha256(path)).toBe(ada.sha256(path));
  }
  const ci = person("CI", { env });
  ci.sh(`mversion get ${sshd.url(store)} churn@v1.0.0 -o model`);
  expect(ci.sha256("model/models/model.onnx") ?? ci.sha256("model/model.onnx")).toBe(ada.sha256("models/model.onnx"));
});
