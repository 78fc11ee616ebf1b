// What runs where: the words of these commands.
import type { CommandRow } from "../../command.ts";
import { MODEL, REASON } from "./flags.ts";

export const rolloutRows: readonly CommandRow[] = [
  {
    name: "promote",
    group: "roll out",
    operands: "<words...>",
    usage: "<version> <stage>",
    summary: "put a version on a stage, whole or with a share of the traffic",
    about:
      "Appends an assignment: an annotated tag such as churn#production#7 that says which version runs on the stage from now on, who decided it and why. Nothing is deployed by it: deploy jobs read it. While a stage is split, its name means the baseline: what ran before with --weight, the first version with --split.",
    flags: [
      REASON,
      { flags: "--weight <percent>", text: "give the version this share, 1 to 99; what ran before keeps the rest" },
      { flags: "--split <shares>", text: "say all shares, v1.2.0=90,v1.3.0=10; the first is the baseline" },
      MODEL,
    ],
    examples: [
      "mv promote v1.2.0 staging -m 'For a week of shadow traffic'",
      "mv promote v1.3.0 production --weight 10 -m 'Canary, ticket 4711'",
      "mv promote production --split v1.2.0=50,v1.3.0=50 -m 'A/B test'",
    ],
    load: () => import("../promote.ts"),
  },
  {
    name: "rollback",
    group: "roll out",
    operands: "<stage>",
    summary: "put a stage back to the version that ran before",
    about:
      "Appends an assignment to the version that last ran alone, before the present one; a second rollback goes one further back. Splits and retracted versions are passed over. No rule of promotion stands in its way.",
    flags: [REASON, { flags: "--to <version>", text: "this version, which ran on the stage before" }, MODEL],
    examples: ["mv rollback production -m 'Recall fell, incident 12'", "mv rollback production --to v1.0.0 -m WHY"],
    load: () => import("../rollback.ts"),
  },
  {
    name: "stages",
    group: "roll out",
    summary: "show what is on every stage, since when and by whom",
    flags: [
      { flags: "--at <time>", text: "what was there then: 2026-03-01T12:00Z; a day means its end, in UTC" },
      MODEL,
    ],
    examples: ["mv stages", "mv stages --at 2026-03-01T12:00Z"],
    load: () => import("../stages.ts"),
  },
];
