// Versions: made, taken back, brought back: the words of these commands.
import type { CommandRow } from "../../command.ts";
import { MODEL, REASON } from "./flags.ts";

export const releaseRows: readonly CommandRow[] = [
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
      { flags: "--bundle <key>", text: "sign the files too, with this key, in the same commit: see mv sign" },
    ],
    examples: [
      'mv tag v1.0.0 -m "Initial production-ready model"',
      'mv tag v1.1.0 -a -m "Retrained on the February snapshot"',
      'mv tag churn@v2.1.0 risk@v1.4.0 -m "Tokenizer with b"',
    ],
    load: () => import("../tag.ts"),
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
    load: () => import("../checkout.ts"),
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
    load: () => import("../bump.ts"),
  },
  {
    name: "untag",
    group: "release",
    operands: "<version>",
    summary: "take back a release that nobody else has",
    flags: [MODEL],
    examples: ["mv untag v2.0.0"],
    load: () => import("../untag.ts"),
  },
  {
    name: "retract",
    group: "release",
    operands: "<version>",
    summary: "mark a release as withdrawn; it stays, and so does its tag",
    flags: [REASON, MODEL],
    examples: ["mv retract v1.1.0 -m 'Trained on leaked labels'"],
    load: () => import("../retract.ts"),
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
    load: () => import("../revert.ts"),
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
    load: () => import("../merge.ts"),
  },
  {
    name: "log",
    group: "release",
    summary: "list the releases: date, reason, metrics, and what each changed",
    flags: [
      MODEL,
      { flags: "--stage <stage>", text: "what was on this stage, instead: from, to, who and why" },
      { flags: "--sort <metric>", text: "best first by this metric, as policy.metrics says which way is better" },
      { flags: "--csv", text: "one row a release, for a spreadsheet" },
      { flags: "--changelog", text: "a changelog in Markdown: what each version added, changed and removed, and why" },
      { flags: "--full", text: "whole reasons, not only their first line" },
      { flags: "-n, --max <number>", text: "list at most so many" },
    ],
    examples: [
      "mv log",
      "mv log --sort accuracy --max 5",
      "mv log --stage production",
      "mv log --csv > releases.csv",
      "mv log --changelog > CHANGELOG.md",
    ],
    load: () => import("../log.ts"),
  },
];
