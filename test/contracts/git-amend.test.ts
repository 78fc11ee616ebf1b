// Telling an amend from a commit, by real hooks of real commits.
import { spawn } from "node:child_process";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { createRepo, scratchDir } from "../helpers/git.ts";

describe("amending", () => {
  test("is told by a real pre-commit hook, however the amend is spelt", async () => {
    const hook = `${scratchDir("hook")}/amending.mjs`;
    await build({
      stdin: {
        contents: 'import { amending } from "./src/git/amend.ts"; console.log("amending", await amending());',
        resolveDir: process.cwd(),
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: hook,
    });
    const repo = createRepo({ config: { "alias.fix": "commit --amend", "alias.sham": "!git commit --amend" } });
    repo.commit("one");
    repo.commit("two", { "a.txt": "2" });
    repo.hook("pre-commit", `sh -c '"${process.execPath}" "${hook}"'`);
    repo.hook("pre-merge-commit", `exec "${process.execPath}" "${hook}"`);
    const says = (...args: string[]) => /amending (true|false)/.exec(repo.tryGit(...args).stderr)?.[1] ?? "no hook";
    const empty = ["--allow-empty", "-q"];
    expect(says("commit", ...empty, "-m", "three")).toBe("false");
    expect(says("commit", ...empty, "-m", "--amend")).toBe("false");
    expect(says("commit", ...empty, "--amend", "--no-edit")).toBe("true");
    expect(says("commit", ...empty, "-m", "text", "--am")).toBe("true");
    expect(says("fix", ...empty, "-m", "text")).toBe("true");
    expect(says("sham", ...empty, "-m", "text")).toBe("true");
    repo.commit("four", { "b.txt": "4" });
    expect(says("-c", "sequence.editor=sed -i 1s/pick/reword/", "rebase", "-qi", "HEAD~1")).toBe("true");
    repo.git("switch", "-qc", "side", "HEAD~1");
    repo.git("commit", "-qn", "--allow-empty", "-m", "side");
    expect(says("merge", "-q", "--no-ff", "-m", "merge", "main")).toBe("false");
    const program = spawn(process.execPath, [
      "-e",
      `require("child_process").spawnSync("git", ["commit", "--amend", "--no-edit"], {stdio: "inherit", cwd: ${JSON.stringify(repo.dir)}})`,
    ]);
    let said = "";
    program.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
    await new Promise((done) => program.on("close", done));
    expect(said).toContain("amending true");
  });
});
