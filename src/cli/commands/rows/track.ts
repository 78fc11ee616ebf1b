// Artifacts and their pointers: the words of these commands.
import type { CommandRow } from "../../command.ts";
import { MODEL, MODELS } from "./flags.ts";

export const trackRows: readonly CommandRow[] = [
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
      { flags: "--to-remote <name>", text: "send it straight to this store, without a copy in the cache" },
    ],
    examples: [
      "mv add data/train.csv --dataset",
      "mv add models/model.onnx --metric accuracy=0.91 --param C=1.0 --feature-set 3.1.0",
    ],
    load: () => import("../add.ts"),
  },
  {
    name: "status",
    group: "track",
    summary: "show what models declare and whether artifacts are what their pointers say",
    flags: [{ flags: "--exit-code", text: "exit 1 where an artifact, record or pointer is not as it should be" }],
    examples: ["mv status", "mv status --json"],
    load: () => import("../status.ts"),
  },
  {
    name: "restore",
    group: "track",
    operands: "[words...]",
    usage: "[version] [path...]",
    summary: "bring bytes back: what the pointers say, or those of a version",
    about:
      "Without VERSION the artifacts become what their pointers say. With VERSION its bytes, pointers and record come onto today's branch, staged; HEAD does not move.",
    flags: [
      MODEL,
      { flags: "--affected", text: "go on where an artifact belongs to other models too, and raise their drafts" },
      { flags: "-f, --force", text: "store bytes that would be lost, then go on" },
    ],
    examples: ["mv restore", "mv restore models/model.onnx", "mv restore v1.0.0 models/model.onnx"],
    load: () => import("../restore.ts"),
  },
  {
    name: "remove",
    group: "track",
    operands: "<path...>",
    summary: "stop tracking an artifact",
    about:
      "Takes pointer, ignore line and record entry away. The file stays unless --delete is given; released versions keep it. With --model only the records of these models lose it, data they were trained on too.",
    flags: [
      { flags: "--model <name>", text: "take it out of this model alone (repeatable)", repeat: true },
      { flags: "--delete", text: "delete the file too; its bytes stay in the cache" },
      { flags: "-f, --force", text: "store bytes that would be lost, then go on" },
    ],
    examples: [
      "mv remove models/old.onnx",
      "mv remove --delete data/old.csv",
      "mv remove models/tokenizer --model risk   # the other models keep it",
    ],
    load: () => import("../remove.ts"),
  },
  {
    name: "move",
    group: "track",
    operands: "<from> <to>",
    summary: "give an artifact another name or place",
    examples: ["mv move models/model_final.onnx models/model.onnx"],
    load: () => import("../move.ts"),
  },
  {
    name: "diff",
    group: "track",
    operands: "[from] [to]",
    summary: "what differs between two versions, or a version and the working tree",
    about:
      "Compares artifacts, data, features, hyperparameters, libraries, metrics, environment and code. Without versions: the newest release of this line and the working tree. Any Git revision will do.",
    flags: [
      MODEL,
      { flags: "--files", text: "list the files inside folders that differ" },
      { flags: "--format <format>", text: "for a terminal, or a pull request comment", choices: ["text", "markdown"] },
      { flags: "--exit-code", text: "exit 1 where something differs" },
    ],
    examples: ["mv diff", "mv diff v1.0.0 v1.1.0", "mv diff origin/main HEAD --format markdown"],
    load: () => import("../diff.ts"),
  },
  {
    name: "evict",
    group: "track",
    operands: "[words...]",
    summary: "free the cache of bytes that a store is confirmed to hold",
    about:
      "WORDS are versions, artifacts, folders or globs; without: everything in the cache. The stores are asked now, and an only copy is never evicted. Files in the working tree stay as they are.",
    flags: [
      MODEL,
      {
        flags: "--keep-last <number>",
        text: "keep what so many newest releases of each model, and the pointers here, need",
      },
      { flags: "--dry-run", text: "say what would be freed" },
    ],
    examples: ["mv evict v1.0.0", "mv evict data/", "mv evict --keep-last 2"],
    load: () => import("../evict.ts"),
  },
  {
    name: "identify",
    group: "track",
    operands: "<file-or-sha256>",
    summary: "which version is this file, folder or hash?",
    flags: [MODEL],
    examples: ["mv identify /tmp/model.onnx", "mv identify b3242f12"],
    load: () => import("../identify.ts"),
  },
];
