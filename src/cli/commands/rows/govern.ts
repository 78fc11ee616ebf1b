// What CI asks: the words of these commands.
import type { CommandRow } from "../../command.ts";

export const governRows: readonly CommandRow[] = [
  {
    name: "check",
    group: "govern",
    operands: "[range]",
    summary: "find what breaks a rule, in commits or in what is staged",
    about:
      "Checks every commit of a range against all its parents: A..B, A...B, or one revision; without, what HEAD has since it left the default branch. Takes the policy from the base of the range. Needs no artifact bytes and no network, but all history and all tags.",
    flags: [
      { flags: "--staged", text: "check what is staged, as the pre-commit hook does" },
      { flags: "--all", text: "check the whole history of HEAD" },
      { flags: "--format <format>", text: "how findings are given", choices: ["text", "json", "github"] },
      { flags: "--policy-reviewed", text: "somebody has reviewed a loosened policy: only warn of it" },
    ],
    examples: ["mv check --staged", "mv check origin/main..HEAD --format github"],
    load: () => import("../check.ts"),
  },
  {
    name: "hook",
    group: "govern",
    operands: "<name> [args...]",
    summary: "what the installed hooks call",
    examples: ["git mversion hook pre-commit"],
    hidden: true,
    load: () => import("../hook.ts"),
  },
];
