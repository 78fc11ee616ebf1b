// Set a repository up, and look after it: the words of these commands.
import type { CommandRow } from "../../command.ts";

export const startRows: readonly CommandRow[] = [
  {
    name: "init",
    group: "start",
    summary: "set a repository up: settings, attributes, hooks",
    about:
      "Writes .mversion.yaml and .gitattributes, stages both and installs the hooks. Safe to repeat; --model again adds a further model.",
    flags: [
      { flags: "--model <name>", text: "the model's name, such as churn" },
      {
        flags: "--tag-prefix <prefix>",
        text: 'what stands before the number in release tags, such as "v" or "churn@v"',
      },
      { flags: "--no-hooks", text: "leave the hooks out" },
    ],
    examples: ["mv init --model churn", "mv init --model risk   # a second model"],
    load: () => import("../init.ts"),
  },
  {
    name: "hooks",
    group: "start",
    operands: "<action>",
    summary: "install the hooks in this clone, remove them, or say what is installed",
    about:
      "ACTION is install, uninstall or status. The hooks refuse a commit or push that breaks a rule, and bring artifacts to what the pointers say after a switch or merge. They run beside the hooks that are there, with husky, lefthook and pre-commit too; uninstall leaves no trace.",
    examples: ["mv hooks install", "mv hooks status", "mv hooks uninstall"],
    load: () => import("../hooks.ts"),
  },
  {
    name: "doctor",
    group: "start",
    summary: "look at all that mversion stands on here, and say what is wrong",
    about:
      "Programs, which mv a shell finds, hooks, history, what an interrupted command left, the cache (a sample is read again), the disk, and whether the remotes answer. Exit 0: all is well; 1: there are findings, each with what to do.",
    flags: [{ flags: "--no-remotes", text: "do not ask the remotes" }],
    examples: ["mv doctor", "mv doctor --no-remotes --json"],
    load: () => import("../doctor.ts"),
  },
  {
    name: "completion",
    group: "start",
    operands: "<shell>",
    summary: "print the script that lets bash, zsh or fish complete commands, versions and paths",
    about:
      "SHELL is bash, zsh or fish. The script completes mversion, git mversion and mv; mv itself goes on to complete files. It needs mversion on PATH.",
    examples: [
      'eval "$(mversion completion bash)"   # in ~/.bashrc',
      'eval "$(mversion completion zsh)"    # in ~/.zshrc, behind compinit',
      "mversion completion fish > ~/.config/fish/completions/mversion.fish",
    ],
    load: () => import("../completion.ts"),
  },
  {
    name: "complete",
    group: "start",
    operands: "[words...]",
    summary: "what the completion of a shell calls",
    examples: ["mversion complete -- checkout v1."],
    hidden: true,
    load: () => import("../complete.ts"),
  },
];
