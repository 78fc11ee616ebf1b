// What CI asks: the words of these commands.
import type { CommandRow } from "../../command.ts";
import { MODEL } from "./flags.ts";

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
    name: "audit",
    group: "govern",
    operands: "[version]",
    summary: "answer what an auditor asks of a version, or name the gap",
    about:
      "Asks 27 questions (which code, data, people, approvals, signatures, what ran where) and answers each from the repository with its evidence, or names what is missing and the command that supplies it. Without a version it is the newest release of each model. Reads and hashes the bytes that are here; asks no server.",
    flags: [
      { flags: "--stage <stage>", text: "what stands on this stage" },
      { flags: "--all", text: "every release" },
      { flags: "--format <format>", text: "text where none is given", choices: ["text", "json", "markdown", "html"] },
      { flags: "-o, --output <file>", text: "write the report there" },
      { flags: "--strict", text: "exit 1 where there is a gap" },
      { flags: "--no-hash", text: "do not read the bytes: quick, and the question stays open" },
      { flags: "--allowed-signers <file>", text: "who may sign: COMMIT:PATH, or a file outside the repository" },
      MODEL,
    ],
    examples: [
      "mv audit v1.2.0",
      "mv audit --stage production --format html -o audit.html",
      "mv audit --all --format json --strict",
    ],
    load: () => import("../audit.ts"),
  },
  {
    name: "export",
    group: "govern",
    operands: "<version>",
    summary: "write a release down as metadata JSON, model card or bill of materials",
    about:
      "Format json is the metadata of the version with what its tag seals; model-card is Markdown with the front matter of the Hugging Face Hub; cyclonedx is a CycloneDX 1.6 bill of materials. The same tags give the same bytes everywhere. A template of your own has {{model}}, {{version}}, {{purpose}}, … and {{fields.NAME}} for any field, and blocks {{#limits}} … {{/limits}} on lines of their own: begin with templates/model-card.md of the package.",
    flags: [
      { flags: "--format <format>", text: "json where none is given", choices: ["json", "model-card", "cyclonedx"] },
      { flags: "-o, --output <file>", text: "write it there" },
      { flags: "--template <file>", text: "a model-card template of your own" },
      MODEL,
    ],
    examples: [
      "mv export v1.2.0 > metadata.json",
      "mv export v1.2.0 --format model-card -o README.md",
      "mv export churn@latest --format cyclonedx -o mlbom.cdx.json",
    ],
    load: () => import("../export.ts"),
  },
  {
    name: "sign",
    group: "govern",
    operands: "<version>",
    summary: "sign a release's files: an OpenSSF bundle that other tools verify, too",
    about:
      "Reads and hashes every file of the release, and signs their list with an EC key (P-256, P-384, P-521): PEM, OpenSSH's format, or a key of ssh-agent. A passphrase is asked for, or taken from MVERSION_KEY_PASSPHRASE. Nothing is sent anywhere. `model_signing verify key DIR --signature FILE --public_key KEY` accepts what mv get puts into DIR.",
    flags: [
      { flags: "--key <file>", text: "the private key; default: git config mversion.signingKey" },
      { flags: "-o, --output <file>", text: "default: MODEL-VERSION.sigstore.json, here" },
      MODEL,
      { flags: "-f, --force", text: "replace a file of that name" },
    ],
    examples: [
      "mv sign v1.2.0 --key model.key",
      "mv sign churn@v1.2.0 --key ~/.ssh/id_ecdsa.pub -o churn.sigstore.json",
    ],
    load: () => import("../sign.ts"),
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
