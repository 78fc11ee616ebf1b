// What runs where: the words of these commands.
import type { CommandRow } from "../../command.ts";
import { MODEL, REASON } from "./flags.ts";

export const rolloutRows: readonly CommandRow[] = [
  {
    name: "promote",
    group: "roll out",
    operands: "<version> <stage>",
    summary: "put a version on a stage",
    about:
      "Appends an assignment: an annotated tag such as churn#production#7 that says which version runs on the stage from now on, who decided it and why. Nothing is deployed by it: deploy jobs read it.",
    flags: [REASON, MODEL],
    examples: [
      "mv promote v1.2.0 staging -m 'For a week of shadow traffic'",
      "mv promote v1.2.0 churn@production -m WHY",
    ],
    load: () => import("../promote.ts"),
  },
  {
    name: "stages",
    group: "roll out",
    summary: "show what is on every stage, since when and by whom",
    flags: [MODEL],
    examples: ["mv stages", "mv stages --json"],
    load: () => import("../stages.ts"),
  },
];
