// A folder as a remote: the contract, and what is true of folders alone.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import { openRemote } from "../../src/remotes/open.ts";
import type { Remote, RemoteContext } from "../../src/remotes/remote.ts";
import { placeInFolder, remoteContract, type RemoteUnderTest } from "./remote.ts";
import { storeLockContract } from "./store-locks.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mv-store-"));
  made.push(folder);
  return folder;
}

function context(root = "/"): RemoteContext {
  return { root, env: {}, gitConfig: async () => null };
}

function openFolder(url: string, root?: string): Promise<Remote> {
  return openRemote("store", { url, endpoint: null, region: null, path_style: false }, context(root));
}

async function openFresh(): Promise<RemoteUnderTest> {
  const folder = newFolder();
  return { remote: await openFolder(folder), again: () => openFolder(folder), ...placeInFolder(folder) };
}

remoteContract("folder", openFresh);
storeLockContract("folder", openFresh);

const HELLO = {
  sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  size: 5,
};

function hello(): { sha256: string; size: number; file: string } {
  const file = join(newFolder(), "hello");
  writeFileSync(file, "hello");
  return { ...HELLO, file };
}

test("a path, a relative path and a file URL with blanks name the same folder", async () => {
  const root = newFolder();
  mkdirSync(join(root, "my store"));
  await (await openFolder("my store", root)).send([hello()], { jobs: 1 });
  for (const url of [join(root, "my store"), pathToFileURL(join(root, "my store")).href]) {
    expect(await (await openFolder(url)).has([HELLO])).toEqual(new Set([HELLO.sha256]));
  }
});

test("objects lie where the cache has them, read-only, and nothing else is left", async () => {
  const folder = newFolder();
  const remote = await openFolder(folder);
  await remote.send([hello()], { jobs: 1 });
  const prefix = join(folder, "objects", "2c");
  expect(readdirSync(prefix)).toEqual([HELLO.sha256]);
  expect(statSync(join(prefix, HELLO.sha256)).mode & 0o777).toBe(0o444 & statSync(folder).mode);
});

test("what is made is as open to others as the store's own folder, whatever the umask", async () => {
  const folder = newFolder();
  chmodSync(folder, 0o2775);
  const before = process.umask(0o077);
  try {
    const remote = await openFolder(folder);
    await remote.send([hello()], { jobs: 1 });
    await remote.writeFile("models/churn/stages/production.json", Buffer.from("{}"));
  } finally {
    process.umask(before);
  }
  const mode = (path: string): number => statSync(join(folder, path)).mode & 0o7777;
  expect(mode("objects/2c")).toBe(0o2775);
  expect(mode(`objects/2c/${HELLO.sha256}`)).toBe(0o444);
  expect(mode("models/churn/stages")).toBe(0o2775);
  expect(mode("models/churn/stages/production.json")).toBe(0o664);
});

test("a folder that is not there is not made: it may be a disk that is not mounted", async () => {
  const folder = join(newFolder(), "absent");
  await expect(openFolder(folder)).rejects.toMatchObject({
    code: "unreachable",
    message: `store: ${folder} is not there`,
    hint: `mount it; or, if it is to be a new store: mkdir ${folder}`,
  });
  mkdirSync(folder);
  const remote = await openFolder(folder);
  rmSync(folder, { recursive: true });
  await expect(remote.send([hello()], { jobs: 1 })).rejects.toMatchObject({ code: "unreachable" });
  await expect(remote.has([HELLO])).rejects.toMatchObject({ code: "unreachable" });
  await expect(remote.receive([hello()], { jobs: 1 })).rejects.toMatchObject({ code: "unreachable" });
  await expect(remote.writeFile("mversion.json", Buffer.from("{}"))).rejects.toMatchObject({ code: "unreachable" });
  expect(() => statSync(folder)).toThrow();
});

test("a symbolic link or a folder in an object's place is no object", async () => {
  const folder = newFolder();
  const sent = hello();
  const prefix = join(folder, "objects", "2c");
  mkdirSync(prefix, { recursive: true });
  symlinkSync(sent.file, join(prefix, HELLO.sha256));
  const remote = await openFolder(folder);
  expect(await remote.has([HELLO])).toEqual(new Set());
  expect(await remote.read(HELLO.sha256, 100)).toBeNull();
  const wanted = { ...HELLO, file: join(newFolder(), "wanted") };
  await expect(remote.receive([wanted], { jobs: 1 })).rejects.toMatchObject({ code: "bytes-wrong" });
  await remote.send([sent], { jobs: 1 });
  expect(statSync(join(prefix, HELLO.sha256)).size).toBe(5);
  rmSync(join(prefix, HELLO.sha256));
  mkdirSync(join(prefix, HELLO.sha256, "x"), { recursive: true });
  await remote.send([sent], { jobs: 1 });
  expect(await remote.read(HELLO.sha256, 100)).toEqual(Buffer.from("hello"));
});

test("temp files and strangers' names are no objects and no named files", async () => {
  const folder = newFolder();
  const remote = await openFolder(folder);
  await remote.send([hello()], { jobs: 1 });
  await remote.writeFile("models/a/releases/1.0.0.json", Buffer.from("{}"));
  for (const path of ["objects/2c/.mv-1-abcdefabcdef-1.tmp", "objects/README", "models/a/releases/2.json.lock"]) {
    writeFileSync(join(folder, path), "x");
  }
  const found: string[] = [];
  for await (const { sha256 } of remote.list()) found.push(sha256);
  expect(found).toEqual([HELLO.sha256]);
  expect(await remote.listFiles("models")).toEqual(["models/a/releases/1.0.0.json"]);
});

test.skipIf(process.getuid?.() === 0)("a folder that may not be written to is denied", async () => {
  const folder = newFolder();
  chmodSync(folder, 0o555);
  const remote = await openFolder(folder);
  await expect(remote.send([hello()], { jobs: 1 })).rejects.toMatchObject({ code: "denied" });
});

test("an address that no remote speaks is refused, and those that are known are named", async () => {
  await expect(openFolder("gopher://host/models")).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("no remote speaks gopher; there are /mnt/models"),
  });
  await expect(openFolder("ext::sh -c touch% /tmp/x")).rejects.toMatchObject({ code: "usage" });
  await expect(openFolder("-oProxyCommand=x")).rejects.toMatchObject({ code: "usage" });
  await expect(openFolder("file://host/models")).rejects.toMatchObject({ code: "usage" });
});
