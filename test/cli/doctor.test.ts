import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { thisProcess } from "../../src/platform/processes.ts";
import { type Document, json, run, type RunOptions, sampleProject } from "../helpers/cli.ts";
import { scratchDir, type TestRepo } from "../helpers/git.ts";

/** Versions of programs, sizes of disks, how many hooks there are and where things lie differ between machines. */
function plain(text: string): string {
  return text
    .replaceAll(/Node \d+\.\d+\.\d+/g, "Node N")
    .replaceAll(/Git \d[\d.]*/g, "Git N")
    .replaceAll(/[\d.]+ [kMGT]?B free/g, "N free")
    .replaceAll(/\d+ installed/g, "N installed");
}

/** A PATH of the system's programs without any mv, behind those given. */
function path(...folders: string[]): string {
  return [...folders, program("awk", "#!/bin/sh\n")].join(delimiter);
}

function program(name: string, text: string): string {
  const folder = scratchDir("bin");
  writeFileSync(join(folder, name), text, { mode: 0o755 });
  return folder;
}

async function doctor(
  repo: TestRepo,
  flags = "",
  options: RunOptions = {},
): Promise<{ screen: string; status: number }> {
  const done = await run(repo, `mv doctor ${flags}`, {
    ...options,
    env: { PATH: path(), CI: undefined, ...options.env },
  });
  return { screen: plain(done.screen), status: done.status };
}

async function findings(repo: TestRepo, options: RunOptions = {}): Promise<string[]> {
  const env = { PATH: path(), CI: undefined, ...options.env };
  const document: Document = await json(repo, "mv doctor --json", { ...options, env });
  const { checks } = document.data as { checks: { area: string; ok: boolean; text: string; remedy: string | null }[] };
  return checks.flatMap(({ area, ok, text, remedy }) => (ok ? [] : [plain(`${area}: ${text} -> ${remedy}`)]));
}

describe("mv doctor", () => {
  it("says what the hooks lack to be quick", async () => {
    const repo = await sampleProject();
    const env = { PATH: scratchDir("no-awk") };
    expect(await findings(repo, { env })).toContain(
      "programs: no awk is on PATH: the hooks start Node for every commit, which takes longer -> install awk: mawk, gawk or busybox",
    );
  });

  it("says what is well", async () => {
    const repo = await sampleProject({ until: "1.1.0", hooks: true });
    expect(await doctor(repo)).toMatchInlineSnapshot(`
      {
        "screen": "ok  programs   Node N, Git N
      ok  mv         mv is the system's alone: type mversion, or git mversion
      ok  hooks      N installed
      ok  history    complete, 2 releases
      ok  left over  nothing
      ok  cache      4 objects, 84 B; 4 of them read again
      ok  disk       N free
      ok  remotes    none is set up: versions are on this machine alone",
        "status": 0,
      }
    `);
  });

  it("names what is wrong, each with what to type, and exits 1", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    expect(await doctor(repo)).toMatchInlineSnapshot(`
      {
        "screen": "ok  programs   Node N, Git N
      ok  mv         mv is the system's alone: type mversion, or git mversion
      !!  hooks      none is installed: nothing stops an overwrite here
                     Next: mv hooks install
      ok  history    complete, 2 releases
      ok  left over  nothing
      ok  cache      4 objects, 84 B; 4 of them read again
      ok  disk       N free
      ok  remotes    none is set up: versions are on this machine alone
      ! 1 finding.
      exit 1",
        "status": 1,
      }
    `);
    const document = await json(repo, "mv doctor --json", { env: { PATH: path(), CI: undefined } });
    expect(document).toMatchObject({ command: "doctor", ok: true, data: { findings: 1 } });
  });

  it("needs no hooks in CI", async () => {
    const repo = await sampleProject({ until: "1.1.0" });
    expect(await findings(repo, { env: { CI: "true" } })).toEqual([]);
  });

  it("works outside a repository as far as it can", async () => {
    const repo = await sampleProject({ until: "files" });
    rmSync(repo.path(".git"), { recursive: true });
    expect(await findings(repo)).toMatchInlineSnapshot(`
      [
        "repository: /repo is not in a Git repository -> cd into one, or make one here: git init && mv init --model NAME",
      ]
    `);
  });

  it("tells which mv a shell finds", async () => {
    const repo = await sampleProject({ until: "1.1.0", hooks: true });
    const ours = program("mv", "#!/bin/sh\n# mversion's mv: the system's mv, except\n");
    const system = program("mv", "\u007fELF");
    expect((await doctor(repo, "", { env: { PATH: path(ours, system) } })).screen).toContain("is ours, and passes on");
    expect(await findings(repo, { env: { PATH: path(system, ours) } })).toEqual([
      `mv: PATH has ${join(system, "mv")} before ours, ${join(ours, "mv")}: mv add and the like reach the system's mv -> ` +
        `type mversion instead of mv, or put ${ours} first on PATH`,
    ]);
    repo.write("tag", "");
    expect(await findings(repo)).toEqual([
      "mv: the file tag lies here, so mv tag FILE moves it -> type mversion tag here, or rename it",
    ]);
  });

  it("finds what was left over", async () => {
    const repo = await sampleProject({ until: "1.1.0", hooks: true });
    const state = repo.path(".git/mversion");
    writeFileSync(join(state, "journal.json"), JSON.stringify({ verb: "checkout" }));
    const owner = { ...thisProcess(), host: "elsewhere", pid: 7, nonce: "0", since: "" };
    writeFileSync(join(state, "write.lock"), JSON.stringify(owner));
    writeFileSync(repo.path(".git/index.lock"), "");
    utimesSync(repo.path(".git/index.lock"), 1e9, 1e9);
    expect(await findings(repo)).toMatchInlineSnapshot(`
      [
        "left over: mv checkout was interrupted; the next command that changes files finishes it -> mv restore",
        "left over: process 7 on elsewhere holds the lock of this repository -> wait for it; if it has ended: rm /repo/.git/mversion/write.lock",
        "left over: a git that ended left its lock, /repo/.git/index.lock -> if no git runs here: rm /repo/.git/index.lock",
      ]
    `);
    // A lock of a process that ended here is nobody's.
    writeFileSync(join(state, "write.lock"), JSON.stringify({ ...thisProcess(), pid: 4_194_305 }));
    rmSync(join(state, "journal.json"));
    rmSync(repo.path(".git/index.lock"));
    expect(await findings(repo)).toEqual([]);
  });

  it("reads a sample of the cache again", async () => {
    const repo = await sampleProject({ until: "1.1.0", hooks: true });
    const folder = repo.path(".git/mversion/cache/objects/b3");
    const [name = ""] = readdirSync(folder);
    chmodSync(join(folder, name), 0o644);
    writeFileSync(join(folder, name), "model X\n");
    expect((await findings(repo)).map((line) => line.replace(/[0-9a-f]{12}/, "HASH"))).toMatchInlineSnapshot(`
      [
        "cache: object HASH is rotten; it is in quarantine now -> mv verify --all",
      ]
    `);
    expect(existsSync(join(folder, name))).toBe(false);
    expect(await findings(repo)).toMatchInlineSnapshot(`
      [
        "cache: 1 object in quarantine: bytes that were not what their names said -> mv verify --all tells what lacks them; mv gc empties it in time",
      ]
    `);
  });

  it("asks the remotes", async () => {
    const repo = await sampleProject({ until: "1.1.0", hooks: true });
    const store = scratchDir("store");
    await run(repo, ["remote", "add", "store", store]);
    expect((await doctor(repo)).screen).toContain(`store answers, ${store}`);
    rmSync(store, { recursive: true });
    expect((await findings(repo)).map((line) => line.replaceAll(store, "STORE"))).toMatchInlineSnapshot(`
      [
        "remotes: store: STORE is not there -> mount it; or, if it is to be a new store: mkdir STORE",
      ]
    `);
    expect((await doctor(repo, "--no-remotes")).status).toBe(0);
    mkdirSync(store);
  });

  it("tells an incomplete clone", async () => {
    const repo = await sampleProject({ until: "1.1.0", hooks: true });
    writeFileSync(repo.path(".git/shallow"), `${repo.head()}\n`);
    expect(await findings(repo)).toMatchInlineSnapshot(`
      [
        "history: This clone is shallow: what was released before cannot be known here -> git fetch --unshallow --tags",
      ]
    `);
  });

  it("takes no operand", async () => {
    const repo = await sampleProject({ until: "files" });
    expect((await run(repo, "mv doctor now")).screen).toMatchInlineSnapshot(`
      "! mversion: too many arguments for 'doctor'. Expected 0 arguments but got 1.
      ! Next: mv doctor --help
      exit 2"
    `);
  });
});
