// The record: the words of these commands.
import type { CommandRow } from "../../command.ts";
import { MODEL } from "./flags.ts";

export const describeRows: readonly CommandRow[] = [
  {
    name: "set",
    group: "describe",
    operands: "[key=value...]",
    summary: "set fields of the record",
    about: "Dotted keys reach into maps. Lists and maps are written as YAML: features=[age, income].",
    flags: [MODEL, { flags: "--unset <key>", text: "remove a field (repeatable)", repeat: true }],
    examples: ["mv set metrics.accuracy=0.91", "mv set owner=risk-team --unset base_model"],
    load: () => import("../set.ts"),
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
    load: () => import("../capture.ts"),
  },
  {
    name: "show",
    group: "describe",
    operands: "[version]",
    summary: "everything that is known of a version, or of what the working tree declares",
    flags: [
      MODEL,
      {
        flags: "--format <format>",
        text: "a page, the record as committed, or a plain metadata.json",
        choices: ["page", "record", "metadata-json"],
      },
    ],
    examples: ["mv show v1.1.0", "mv show churn@latest --format metadata-json > metadata.json"],
    load: () => import("../show.ts"),
  },
];
