import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { json, play, run, sampleProject, screen } from "../helpers/cli.ts";
import { scratchDir, type TestRepo } from "../helpers/git.ts";

/** A repository's own id is another every time. */
function withoutId(repo: TestRepo): string {
  return repo.read(".mversion.yaml").replace(/^id: \S+$/m, "id: ID");
}

describe("mv remote add, list, remove", () => {
  it("writes the settings, and keeps all else in them", async () => {
    const repo = await sampleProject();
    repo.write(".mversion.yaml", `# ours\n${repo.read(".mversion.yaml")}policy: {naming: block} # strict\n`);
    expect(await screen(repo, "mv remote list")).toMatchInlineSnapshot(`
      "! No remote is set up
      ! Next: mv remote add NAME URL --default"
    `);
    expect(await screen(repo, "mv remote add store /mnt/models")).toMatchInlineSnapshot(`
      "store  /mnt/models  default
      ! Written to .mversion.yaml, staged
      ! Next: mv remote test store"
    `);
    expect(withoutId(repo)).toMatchInlineSnapshot(`
      "# ours
      schema: 1
      id: ID
      models:
        churn: {record: churn.model.yaml, tag: "v{version}"}
      remotes:
        store: {url: "/mnt/models"}
      default_remote: store
      policy: {naming: block} # strict
      "
    `);
    expect(repo.git("diff", "--cached", "--name-only")).toContain(".mversion.yaml");
    expect(await screen(repo, "mv remote list")).toMatchInlineSnapshot(`"store  /mnt/models  default"`);
    expect(await screen(repo, "mv remote add store /mnt/models")).toMatchInlineSnapshot(`
      "store  /mnt/models  default
      ! It was there already
      ! Next: mv remote test store"
    `);
    expect(await screen(repo, "mv remote remove store")).toMatchInlineSnapshot(`
      "store removed.
      ! What lies at /mnt/models stays there"
    `);
    expect(withoutId(repo)).toMatchInlineSnapshot(`
      "# ours
      schema: 1
      id: ID
      models:
        churn: {record: churn.model.yaml, tag: "v{version}"}
      policy: {naming: block} # strict
      "
    `);
  });

  it("leaves what is written by hand as it is", async () => {
    const repo = await sampleProject();
    const cloud =
      '  cloud: {url: "s3://bucket/team", endpoint: "https://minio.example.org", path_style: true} # ours\n';
    repo.write(".mversion.yaml", `${repo.read(".mversion.yaml")}remotes:\n${cloud}`);
    await play(repo, "mv remote add store /mnt/models", "mv remote add store /mnt/models --default");
    expect(await screen(repo, "mv remote list")).toMatchInlineSnapshot(`
      "cloud  s3://bucket/team  endpoint https://minio.example.org, path style
      store  /mnt/models       default"
    `);
    await play(repo, "mv remote remove store");
    expect(repo.read(".mversion.yaml")).toContain(`remotes:\n${cloud}`);
  });

  it("gives it to a program", async () => {
    const repo = await sampleProject();
    const { data } = await json(repo, "mv remote add store /mnt/models --json");
    const id = /^id: "?([^"\n]+)"?$/m.exec(repo.read(".mversion.yaml"))?.[1];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(data).toEqual({
      name: "store",
      url: "/mnt/models",
      endpoint: null,
      region: null,
      path_style: false,
      default: true,
      id,
      changed: true,
    });
    expect((await json(repo, "mv remote list --json")).data).toEqual({
      remotes: [{ name: "store", url: "/mnt/models", endpoint: null, region: null, path_style: false, default: true }],
    });
  });

  it("the first is the default, and --default makes another one so", async () => {
    const repo = await sampleProject();
    await play(repo, "mv remote add one /mnt/one", "mv remote add two /mnt/two");
    expect(repo.read(".mversion.yaml")).toContain("default_remote: one");
    await play(repo, "mv remote add two /mnt/two --default");
    expect(repo.read(".mversion.yaml")).toContain("default_remote: two");
    await play(repo, "mv remote remove two");
    expect(repo.read(".mversion.yaml")).not.toContain("default_remote");
    expect(await screen(repo, "mv remote list")).toMatchInlineSnapshot(`"one  /mnt/one  default"`);
  });

  it("writes what an S3 server needs, and refuses an address that its scheme does not take", async () => {
    const repo = await sampleProject();
    const flags = "--endpoint https://minio.example.org --region eu-1 --path-style";
    expect(await screen(repo, `mv remote add cloud s3://models/churn ${flags}`)).toMatchInlineSnapshot(`
      "cloud  s3://models/churn  endpoint https://minio.example.org, region eu-1, path style, default
      ! Written to .mversion.yaml, staged
      ! Next: mv remote test cloud"
    `);
    expect(repo.read(".mversion.yaml")).toContain(
      'cloud: {url: "s3://models/churn", endpoint: "https://minio.example.org", region: eu-1, path_style: true}',
    );
    expect(await screen(repo, "mv remote add wrong s3://")).toMatchInlineSnapshot(`
      "! mversion: remote wrong: s3:// is no address of a bucket: the bucket is missing
      ! Next: mv remote add wrong s3://BUCKET/PREFIX
      exit 2"
    `);
    expect(await screen(repo, "mv remote add wrong ssh://host")).toMatchInlineSnapshot(`
      "! mversion: remote wrong: ssh://host: the path of the store is missing
      ! Next: ssh://user@host/path/of/the/store
      exit 2"
    `);
    expect(repo.read(".mversion.yaml")).not.toContain("wrong");
  });

  it("a relative folder is one from the repository's root, wherever it was typed", async () => {
    const repo = await sampleProject();
    await run(repo, "mv remote add store ../../store", { cwd: "models" });
    expect(repo.read(".mversion.yaml")).toContain('store: {url: "../store"}');
  });

  it("refuses what must not be committed, and never repeats a secret", async () => {
    const repo = await sampleProject();
    const before = repo.read(".mversion.yaml");
    expect(await screen(repo, "mv remote add store https://ada:hunter2@example.org/m")).toMatchInlineSnapshot(`
      "! mversion: remote store: the address holds a password; it would be committed
      ! Next: give it without; credentials come from the environment, the cloud's own chain or git credential
      exit 2"
    `);
    expect(await screen(repo, "mv remote add store lfs+https://ghp_hunter2@github.com/a/b")).toMatchInlineSnapshot(`
      "! mversion: remote store: the address holds a token; it would be committed
      ! Next: give it without; credentials come from the environment, the cloud's own chain or git credential
      exit 2"
    `);
    expect(await screen(repo, "mv remote add store 'https://example.org/m?X-Amz-Signature=hunter2'"))
      .toMatchInlineSnapshot(`
      "! mversion: remote store: the address holds a secret; it would be committed
      ! Next: give it without; credentials come from the environment, the cloud's own chain or git credential
      exit 2"
    `);
    expect(await screen(repo, ["mv", "remote", "add", "store", "ext::sh -c id"])).toMatchInlineSnapshot(`
      "! mversion: remote store: the address names a program to run
      ! Next: mv remote add --help
      exit 2"
    `);
    expect(await screen(repo, ["mv", "remote", "add", "store", "ssh://-oProxyCommand=id/x"])).toMatchInlineSnapshot(`
      "! mversion: remote store: the host starts with '-'
      ! Next: mv remote add --help
      exit 2"
    `);
    expect(await screen(repo, ["mv", "remote", "add", "store", "/mnt\n/x"])).toMatchInlineSnapshot(`
      "! mversion: remote store: the address has a control character
      ! Next: mv remote add --help
      exit 2"
    `);
    expect(await screen(repo, "mv remote add -- -x /mnt")).toMatchInlineSnapshot(`
      "! mversion: remote -x: the name does not start with '-' or '.'
      ! Next: mv remote add --help
      exit 2"
    `);
    expect((await run(repo, "mv remote add store gopher://host/x")).stderr).toMatch(
      /no remote speaks gopher; there are/,
    );
    expect(await screen(repo, "mv remote add store /mnt --region eu-1")).toMatchInlineSnapshot(`
      "! mversion: --region is for s3:// remotes; store is none
      ! Next: mv remote add --help
      exit 2"
    `);
    expect(repo.read(".mversion.yaml")).toBe(before);
  });

  it("says what it takes", async () => {
    const repo = await sampleProject();
    await play(repo, "mv remote add store /mnt/models");
    expect(await screen(repo, "mv remote add store /mnt/other")).toMatchInlineSnapshot(`
      "! mversion: refused: There is a remote store already, with the address /mnt/models
      ! Next: mv remote remove store && mv remote add store /mnt/other
      exit 1"
    `);
    expect(await screen(repo, "mv remote remove shop")).toMatchInlineSnapshot(`
      "! mversion: There is no remote shop
      ! Next: mv remote list
      exit 2"
    `);
    expect(await screen(repo, "mv remote add store")).toMatchInlineSnapshot(`
      "! mversion: mv remote add takes a name and an address
      ! Next: mv remote add NAME URL
      exit 2"
    `);
    expect(await screen(repo, "mv remote rename store shop")).toMatchInlineSnapshot(`
      "! mversion: mv remote rename: there is add, list, remove and test
      ! Next: mv remote list
      exit 2"
    `);
    expect((await json(repo, "mv remote remove shop --json")).error).toMatchInlineSnapshot(`
      {
        "code": "usage",
        "details": {},
        "hint": "mv remote list",
        "message": "There is no remote shop",
      }
    `);
  });
});

describe("mv remote test", () => {
  const still = (text: string): string =>
    text.replace(/\d[\d.]* [kMGT]?B\/s/g, "SPEED").replaceAll(/\/\S*mv-\S*store/g, "/STORE");

  it("tries everything in a folder, and leaves nothing there", async () => {
    const repo = await sampleProject();
    const store = join(scratchDir(), "store");
    mkdirSync(store);
    await play(repo, `mv remote add store ${store}`);
    expect(still(await screen(repo, "mv remote test"))).toMatchInlineSnapshot(`
      "store  /STORE
      put          ok  5 objects of 0 to 8388609 bytes, twice
      refuse       ok  wrong bytes are refused
      has          ok  what is there is told from what is not
      get          ok  5 objects, byte for byte
      resume       ok  goes on where it stopped
      read         ok  a folder's manifest can be read
      list         ok  what was put is listed
      files        ok  named files are written, read and listed
      conditional  ok  of two writers at once, one wins
      remove       ok  the test's own objects are gone again
      put SPEED, get SPEED
      ! All that was tried works"
    `);
    expect(readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual([]);
    expect(readdirSync(repo.path(".git/mversion"))).not.toContain(expect.stringContaining("remote-test"));
    const { data } = await json(repo, "mv remote test store --json");
    expect(data).toMatchObject({
      remote: "store",
      passed: true,
      left: 0,
      abilities: { write: true, list: true, remove: true, files: true },
      speed: { put: expect.any(Number), get: expect.any(Number) },
    });
  });

  it("only reads one that is read-only: the artifacts that others pushed there", async () => {
    const repo = await sampleProject({ until: "1.0.0" });
    const store = join(scratchDir(), "store");
    mkdirSync(store);
    await play(repo, `mv remote add store ${store}`, "mv push --no-git");
    const server = createServer((request, response) => {
      const path = join(store, request.url ?? "");
      const bytes = existsSync(path) && statSync(path).isFile() ? readFileSync(path) : null;
      response.writeHead(bytes === null ? 404 : 200, bytes === null ? {} : { "content-length": bytes.length });
      response.end(request.method === "HEAD" ? null : bytes);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      await play(repo, `mv remote add site http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const { stdout, stderr, status } = await run(repo, "mv remote test site");
      expect(status).toBe(0);
      expect(stdout.split("\n").slice(1).join("\n") + stderr).toMatchInlineSnapshot(`
        "put     unable  it is read-only
        has     ok      it holds 2 of the files that this commit's pointers name
        get     ok      2 objects, byte for byte
        resume  ok      starts again from the beginning
        files   ok      named files can be read
        All that was tried works; others have to push there
        "
      `);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("says what is wrong with one", async () => {
    const repo = await sampleProject();
    expect(await screen(repo, "mv remote test")).toMatchInlineSnapshot(`
      "! mversion: No remote is set up
      ! Next: mv remote add NAME URL --default
      exit 2"
    `);
    await play(repo, "mv remote add store ./absent");
    expect(await screen(repo, "mv remote test shop")).toMatchInlineSnapshot(`
      "! mversion: There is no remote shop; there is store
      ! Next: mv remote list
      exit 2"
    `);
    expect(await screen(repo, "mv remote test store")).toMatchInlineSnapshot(`
      "! mversion: store: /repo/absent is not there
      ! Next: mount it; or, if it is to be a new store: mkdir /repo/absent
      exit 12"
    `);
    mkdirSync(repo.path("absent"));
    writeFileSync(repo.path("absent/objects"), "not a folder");
    expect((await run(repo, "mv remote test store")).stderr.replace(/00\/0+/, "00…")).toMatchInlineSnapshot(`
      "mversion: store: /repo/absent fails: ENOTDIR: not a directory, lstat '/repo/absent/objects/00…'
      Next: look at what lies there: ls -la /repo/absent
      "
    `);
  });

  it.skipIf(process.getuid?.() === 0)("a folder that may only be read", async () => {
    const repo = await sampleProject();
    mkdirSync(repo.path("store"));
    chmodSync(repo.path("store"), 0o555);
    await play(repo, "mv remote add store ./store");
    expect(await screen(repo, "mv remote test store")).toContain("permission denied");
  });
});
