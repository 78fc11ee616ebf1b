// Completion in the real shells: keys typed at a terminal, and the words that the shell then runs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Person, person } from "../helpers/program.ts";

const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;

/** Git's own completion for bash, where its package has put it. */
const GIT = "/usr/share/bash-completion/completions/git";

/** A repository with a model whose releases are 1.0.0 and 1.1.0. */
function ada(): Person {
  const someone = person("Ada");
  someone.sh("git init -q -b main .");
  someone.write("models/model.onnx", "model A\n");
  someone.write("my file.txt", "text\n");
  someone.write("notes.txt", "text\n");
  someone.sh("mversion init --model churn --no-hooks --yes");
  someone.sh("mversion add models/model.onnx");
  someone.sh("git add --all && git commit -qm First");
  someone.sh("mversion tag v1.0.0 -m 'First one'");
  return someone;
}

/** Runs what is typed in an interactive shell; the words that reach mversion and mv are printed instead of run. */
function type(someone: Person, shell: "bash" | "zsh", keys: readonly string[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), "mv-shell-"));
  const start = shell === "zsh" ? `autoload -Uz compinit; compinit -u -d '${dir}/dump'` : `[ ! -f ${GIT} ] || . ${GIT}`;
  writeFileSync(
    join(dir, "setup"),
    `${start}
eval "$(command mversion completion ${shell})"
git() { if [ "$1" = mversion ]; then words git "$@"; else command git "$@"; fi; }
words() { printf '<%s>' "$@"; printf '\\n'; }
mversion() { if [ "$1" = complete ]; then command mversion "$@"; else words mversion "$@"; fi; }
mv() { words mv "$@"; }
`,
  );
  writeFileSync(join(dir, "keys"), [`. '${dir}/setup'`, ...keys, "exit", ""].join("\r"));
  const command = shell === "zsh" ? "zsh -f -i" : "bash --norc --noprofile -i";
  const { stdout } = someone.run(`TERM=dumb script -qec '${command}' /dev/null < '${dir}/keys'`);
  return stdout.split(/\r?\n/).flatMap((line) => /<(?:mversion|mv|git)>.*$/.exec(line.trim())?.[0] ?? []);
}

describe.each(["bash", "zsh"] as const)("%s", (shell) => {
  test.skipIf(!has("script") || !has(shell))("completes commands, versions, paths and flags", () => {
    const typed = type(ada(), shell, [
      "mversion checko\tv1\t",
      "mversion restore mod\t",
      "mversion checkout churn@lat\t",
      "mversion log --mod\t\t",
      "mversion add note\t",
      "mversion remote ad\t",
      "mversion checkout nothing\t",
    ]);
    expect(typed).toEqual([
      "<mversion><checkout><v1.0.0>",
      "<mversion><restore><models/model.onnx>",
      "<mversion><checkout><churn@latest>",
      "<mversion><log><--model><churn>",
      "<mversion><add><notes.txt>",
      "<mversion><remote><add>",
      "<mversion><checkout><nothing>",
    ]);
  });

  test.skipIf(!has("script") || !has(shell) || !existsSync(GIT))("completes git mversion, with Git's own", () => {
    const typed = type(ada(), shell, ["git mversion checko\tv1\t", "git mversion restore mod\t"]);
    expect(typed).toEqual(["<git><mversion><checkout><v1.0.0>", "<git><mversion><restore><models/model.onnx>"]);
  });

  test.skipIf(!has("script") || !has(shell))("mv still completes files, and our commands too", () => {
    const typed = type(ada(), shell, ["mv note\tother", "mv my\tother", "mv checko\tv1\t", "mv notes.txt my\t"]);
    expect(typed).toEqual([
      "<mv><notes.txt><other>",
      "<mv><my file.txt><other>",
      "<mv><checkout><v1.0.0>",
      "<mv><notes.txt><my file.txt>",
    ]);
  });
});

test.skipIf(!has("fish"))("fish completes the same", () => {
  const someone = ada();
  someone.write(
    "try.fish",
    `command mversion completion fish | source
for line in "mversion checko" "mversion checkout v1" "mversion checkout churn@lat" "mversion restore mod" "mversion add note" "mv checko" "mv checkout v1" "mv note"
    complete -C $line
end
`,
  );
  expect(someone.sh("fish --no-config try.fish").split("\n")).toEqual([
    "checkout\tbring code, model and data exactly as released",
    "v1.0.0\tchurn: First one",
    "churn@latest\tits newest release",
    "models/model.onnx\tmodel",
    "notes.txt",
    "checkout",
    "v1.0.0\tchurn: First one",
    "notes.txt",
  ]);
});
