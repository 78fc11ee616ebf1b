// Who may sign comes from where a commit cannot reach it, or is refused.
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { checkSignature, readSigners } from "../../../src/operations/trust/signature.ts";
import { sampleProject } from "../../helpers/cli.ts";
import { scratchDir, type TestRepo } from "../../helpers/git.ts";
import { openRepo } from "../../helpers/project.ts";

const LINE = "ada@example.org ssh-ed25519 AAAA\n";

let repo: TestRepo;
beforeEach(async () => {
  repo = await sampleProject({ until: "1.0.0" });
});

const read = async (given?: string) => readSigners(await openRepo(repo), given);

async function refusal(given?: string): Promise<{ code: string; message: string; hint: string }> {
  return (await read(given).catch((error: unknown) => error)) as { code: string; message: string; hint: string };
}

test("a file outside the repository, and its copy in Git's own folder", async () => {
  const outside = join(scratchDir(), "allowed");
  writeFileSync(outside, LINE);
  writeFileSync(repo.path(".git/allowed"), LINE);
  for (const path of [outside, ".git/allowed"]) {
    expect(await read(path)).toMatchObject({ source: path, allowedSigners: Buffer.from(LINE) });
  }
});

test("as of a commit with its full id", async () => {
  const commit = repo.commit("Who may sign", { "trust/allowed": LINE });
  repo.commit("Somebody adds themselves", { "trust/allowed": `${LINE}eve@example.org ssh-ed25519 AAAA\n` });
  expect((await read(`${commit}:trust/allowed`)).allowedSigners?.toString()).toBe(LINE);
  expect(await refusal(`${commit}:allowed`)).toMatchObject({ code: "nothing-found" });
  expect(await refusal(`${"0".repeat(40)}:trust/allowed`)).toMatchObject({ code: "nothing-found" });
});

test("a name that moves is refused, and the way out pins it", async () => {
  const commit = repo.commit("Who may sign", { allowed: LINE });
  for (const rev of ["main", "HEAD", commit.slice(0, 10)]) {
    expect(await refusal(`${rev}:allowed`)).toMatchObject({
      code: "self-authorising",
      message: `--allowed-signers ${rev}:allowed: whoever moves ${rev} says who may sign`,
      hint: `after a look at it: --allowed-signers ${commit}:allowed`,
    });
  }
});

test("a file in the working tree is refused, by whatever way it is named", async () => {
  const commit = repo.commit("Who may sign", { allowed: LINE });
  const outside = scratchDir();
  symlinkSync(repo.path("allowed"), join(outside, "link"));
  writeFileSync(join(outside, "real"), LINE);
  symlinkSync(join(outside, "real"), repo.path("link"));
  repo.git("worktree", "add", "-q", join(outside, "tree"));
  const ways = ["allowed", repo.path("allowed"), join(outside, "link"), "link", join(outside, "tree", "allowed")];
  for (const path of ways) expect(await refusal(path), path).toMatchObject({ code: "self-authorising" });
  expect((await refusal("allowed")).message).toBe(
    "--allowed-signers: allowed lies in the working tree, so whoever commits there says who may sign",
  );
  expect((await refusal("allowed")).hint).toContain(`--allowed-signers ${commit}:allowed`);
});

test("Git config: our own key before Git's, a home's ~, and the same refusal", async () => {
  expect(await read()).toMatchObject({ source: null, allowedSigners: null });
  const home = scratchDir();
  writeFileSync(join(home, "git"), LINE);
  writeFileSync(join(home, "own"), `${LINE}${LINE}`);
  repo.git("config", "gpg.ssh.allowedSignersFile", join(home, "git"));
  expect(await read()).toMatchObject({ allowedSigners: Buffer.from(LINE) });
  repo.git("config", "mversion.allowedSigners", "~/own");
  const project = { ...(await openRepo(repo)), env: { HOME: home } };
  expect(await readSigners(project)).toMatchObject({ source: "~/own", allowedSigners: Buffer.from(`${LINE}${LINE}`) });
  repo.git("config", "mversion.allowedSigners", ".allowed");
  repo.write(".allowed", LINE);
  expect(await refusal()).toMatchObject({
    code: "self-authorising",
    message: expect.stringMatching(/^mversion\.allowedSigners: /),
  });
});

test("what is not there", async () => {
  expect(await refusal("/nowhere/allowed")).toMatchObject({
    code: "no-read",
    message: "/nowhere/allowed cannot be read as the file of allowed signers",
  });
  expect(await checkSignature(await openRepo(repo), "0".repeat(40), await read())).toMatchObject({ state: "bad" });
  const oid = repo.git("rev-parse", "v1.0.0");
  expect(await checkSignature(await openRepo(repo), oid, await read())).toMatchObject({ state: "unsigned" });
});
