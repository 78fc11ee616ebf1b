// The table of all commands: words, flags and help. A command's code is loaded only when it is called.
import type { CommandRow, Flag } from "../command.ts";

const MODEL: Flag = { flags: "--model <name>", text: "the model that is meant, where there are several" };
const MODELS: Flag = { ...MODEL, text: "a model that the file belongs to (repeatable)", repeat: true };
const REASON: Flag = { flags: "-m, --message <why>", text: "the reason, in your words" };

export const rows: readonly CommandRow[] = [
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
    load: () => import("./init.ts"),
  },
  {
    name: "add",
    group: "track",
    operands: "<path...>",
    summary: "store a model, folder or dataset and track it by a pointer",
    about:
      "Hashes the file or folder into the cache, writes its pointer, keeps Git away from the bytes, and describes them in the model's record. What was measured on older bytes is dropped unless given anew.",
    flags: [
      { flags: "--dataset", text: "it is data that a model is trained on" },
      { flags: "--role <role>", text: "what it is", choices: ["model", "dataset", "evaluation", "other"] },
      MODELS,
      { flags: "--param <key=value>", text: "a hyperparameter (repeatable)", repeat: true },
      { flags: "--metric <key=value>", text: "a metric measured on these bytes (repeatable)", repeat: true },
      { flags: "--params <file>", text: "hyperparameters from a YAML, JSON or TOML file", repeat: true },
      { flags: "--metrics <file>", text: "metrics from a YAML, JSON or TOML file", repeat: true },
      { flags: "--feature-set <version>", text: "version of the features that the model takes" },
      { flags: "--date <yyyy-mm-dd>", text: "the day of the training; default: the day of the file" },
      { flags: "--note <text>", text: "a note in the record" },
      { flags: "--python <path>", text: "the interpreter, environment or lock file that trained it" },
      { flags: "--keep", text: "keep metrics and libraries of the old bytes: they hold for the new ones" },
      { flags: "--move", text: "rename into the cache: for disks that cannot hold it twice" },
    ],
    examples: [
      "mv add data/train.csv --dataset",
      "mv add models/model.onnx --metric accuracy=0.91 --param C=1.0 --feature-set 3.1.0",
    ],
    load: () => import("./add.ts"),
  },
  {
    name: "tag",
    group: "release",
    operands: "[version...]",
    summary: "release a version: one commit and an annotated tag",
    about:
      "Writes version and reason into the record, commits what is staged, and seals commit, artifacts and data in an annotated tag. Without a version it releases what the record declares.",
    flags: [
      REASON,
      { flags: "-a, --all", text: "commit all changes to tracked files too" },
      MODEL,
      { flags: "--allow-gap", text: "let the number skip others" },
      { flags: "-s, --sign", text: "sign the tag" },
      { flags: "--no-sign", text: "do not sign the tag" },
    ],
    examples: [
      'mv tag v1.0.0 -m "Initial production-ready model"',
      'mv tag v1.1.0 -a -m "Retrained on the February snapshot"',
      'mv tag churn@v2.1.0 risk@v1.4.0 -m "Tokenizer with b"',
    ],
    load: () => import("./tag.ts"),
  },
  {
    name: "checkout",
    group: "release",
    operands: "<version>",
    summary: "bring code, model and data exactly as released",
    flags: [
      MODEL,
      { flags: "--no-data", text: "leave datasets as they are" },
      { flags: "-f, --force", text: "store bytes that would be lost, then go on" },
    ],
    examples: ["mv checkout v1.0.0", "mv checkout churn@v1.0.0 --no-data"],
    load: () => import("./checkout.ts"),
  },
  {
    name: "status",
    group: "track",
    summary: "show what models declare and whether artifacts are what their pointers say",
    examples: ["mv status", "mv status --json"],
    load: () => import("./status.ts"),
  },
  {
    name: "restore",
    group: "track",
    operands: "[words...]",
    summary: "bring bytes back: what the pointers say, or those of a version",
    about:
      "mv restore [VERSION] [PATH…]. Without VERSION the artifacts become what their pointers say. With VERSION its bytes, pointers and record come onto today's branch, staged; HEAD does not move.",
    flags: [
      MODEL,
      { flags: "--affected", text: "go on where an artifact belongs to other models too, and raise their drafts" },
      { flags: "-f, --force", text: "store bytes that would be lost, then go on" },
    ],
    examples: ["mv restore", "mv restore models/model.onnx", "mv restore v1.0.0 models/model.onnx"],
    load: () => import("./restore.ts"),
  },
  {
    name: "remove",
    group: "track",
    operands: "<path...>",
    summary: "stop tracking an artifact",
    about:
      "Takes pointer, ignore line and record entry away. The file stays unless --delete is given; released versions keep it.",
    flags: [
      { flags: "--delete", text: "delete the file too; its bytes stay in the cache" },
      { flags: "-f, --force", text: "store bytes that would be lost, then go on" },
    ],
    examples: ["mv remove models/old.onnx", "mv remove --delete data/old.csv"],
    load: () => import("./remove.ts"),
  },
  {
    name: "move",
    group: "track",
    operands: "<from> <to>",
    summary: "give an artifact another name or place",
    examples: ["mv move models/model_final.onnx models/model.onnx"],
    load: () => import("./move.ts"),
  },
  {
    name: "set",
    group: "describe",
    operands: "[key=value...]",
    summary: "set fields of the record",
    about: "Dotted keys reach into maps. Lists and maps are written as YAML: features=[age, income].",
    flags: [MODEL, { flags: "--unset <key>", text: "remove a field (repeatable)", repeat: true }],
    examples: ["mv set metrics.accuracy=0.91", "mv set owner=risk-team --unset base_model"],
    load: () => import("./set.ts"),
  },
  {
    name: "capture",
    group: "describe",
    summary: "read library versions and environment into the record",
    flags: [
      MODEL,
      { flags: "--python <path>", text: "the interpreter, environment or lock file that trained it" },
      { flags: "--params <file>", text: "hyperparameters from a YAML, JSON or TOML file", repeat: true },
      { flags: "--metrics <file>", text: "metrics from a YAML, JSON or TOML file", repeat: true },
    ],
    examples: ["mv capture", "mv capture --python .venv/bin/python --params params.yaml"],
    load: () => import("./capture.ts"),
  },
  {
    name: "bump",
    group: "release",
    operands: "<to>",
    summary: "declare the next version, for a commit that is tagged later",
    about:
      "TO is major (breaking change in architecture or features), minor (retraining, features on the same architecture), patch (fix, tweak, metadata), draft, or a version.",
    flags: [
      REASON,
      MODEL,
      { flags: "--affected", text: "every model whose bytes changed and whose number does not cover them" },
    ],
    examples: ["mv bump minor -m 'Retrained on the March snapshot'", "mv bump draft", "mv bump --affected minor"],
    load: () => import("./bump.ts"),
  },
  {
    name: "untag",
    group: "release",
    operands: "<version>",
    summary: "take back a release that nobody else has",
    flags: [MODEL],
    examples: ["mv untag v2.0.0"],
    load: () => import("./untag.ts"),
  },
  {
    name: "retract",
    group: "release",
    operands: "<version>",
    summary: "mark a release as withdrawn; it stays, and so does its tag",
    flags: [REASON, MODEL],
    examples: ["mv retract v1.1.0 -m 'Trained on leaked labels'"],
    load: () => import("./retract.ts"),
  },
  {
    name: "revert",
    group: "release",
    operands: "<version>",
    summary: "prepare a new version with the bytes of an earlier one",
    about:
      "Code and data stay. Pointer, record and bytes of the earlier version are staged under the next patch number.",
    flags: [
      REASON,
      MODEL,
      { flags: "--affected", text: "go on where an artifact belongs to other models too, and raise their drafts" },
      { flags: "-f, --force", text: "store bytes that would be lost, then go on" },
    ],
    examples: ["mv revert v1.0.0", "mv revert v1.0.0 -m 'Recall fell in production'"],
    load: () => import("./revert.ts"),
  },
  {
    name: "merge",
    group: "release",
    summary: "settle a conflict between two trainings",
    about:
      "Takes one side's bytes with all that describes them, merges the rest field by field, and picks a free draft number. In a rebase, ours is the branch you rebase onto.",
    flags: [
      { flags: "--ours", text: "the bytes of the branch you are on" },
      { flags: "--theirs", text: "the bytes of the branch that is merged" },
      MODEL,
      { flags: "-f, --force", text: "store bytes that would be lost, then go on" },
    ],
    examples: ["mv merge --theirs", "mv merge --ours"],
    load: () => import("./merge.ts"),
  },
];
