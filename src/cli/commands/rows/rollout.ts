// What runs where: the words of these commands.
import type { CommandRow, Flag } from "../../command.ts";
import { MODEL, REASON } from "./flags.ts";

const PUSH: Flag = { flags: "--push", text: "send the tag to the Git remote, and the stage's file to the store" };

const REPO: Flag = {
  flags: "--repo <url>",
  text: "do it in the repository at this address, without a clone, and push",
};

export const rolloutRows: readonly CommandRow[] = [
  {
    name: "promote",
    group: "roll out",
    operands: "[words...]",
    usage: "<version> <stage>",
    summary: "put a version on a stage, whole or with a share of the traffic",
    about:
      "Appends an assignment: an annotated tag such as churn#production#7 that says which version runs on the stage from now on, who decided it and why. Nothing is deployed by it: deploy jobs read it. While a stage is split, its name means the baseline: what ran before with --weight, the first version with --split.",
    flags: [
      REASON,
      { flags: "--weight <percent>", text: "give the version this share, 1 to 99; what ran before keeps the rest" },
      { flags: "--split <shares>", text: "say all shares, v1.2.0=90,v1.3.0=10; the first is the baseline" },
      PUSH,
      REPO,
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
    flags: [
      REASON,
      { flags: "--to <version>", text: "this version, which ran on the stage before" },
      PUSH,
      REPO,
      MODEL,
    ],
    examples: [
      "mv rollback production -m 'Recall fell, incident 12' --push",
      "mv rollback production --to v1.0.0 -m WHY",
      "mv rollback production --repo git@host:team/churn.git -m 'Incident 12'",
    ],
    load: () => import("../rollback.ts"),
  },
  {
    name: "approve",
    group: "roll out",
    operands: "<version> <stage>",
    summary: "agree to a version on a stage",
    about:
      "Appends an approval: an annotated tag such as approved/churn/production/1.2.0/1. A stage that asks for approvals counts people, and not who made the version; one that asks for signatures counts signed approvals only. Says what the stage still asks for.",
    flags: [REASON, { flags: "--push", text: "also send it to the Git remote" }, MODEL],
    examples: ["mv approve v1.2.0 production -m 'Bias report read, no objection'"],
    load: () => import("../approve.ts"),
  },
  {
    name: "confirm",
    group: "roll out",
    operands: "<stage>",
    summary: "say, as the deploy job, that a version really runs on a stage",
    about:
      "Appends a confirmation of the stage's newest assignment. mv stages shows it beside the assignment, and what is overdue where confirm_within is set.",
    flags: [
      { flags: "--version <version>", text: "the version that runs there now" },
      { flags: "--source <text>", text: "who says so: the deploy job's name or address" },
      { flags: "-m, --message <text>", text: "anything more to say" },
      { flags: "--push", text: "also send it to the Git remote" },
      MODEL,
    ],
    examples: ["mv confirm production --version v1.2.0 --source https://ci.example.org/jobs/4711 --push"],
    load: () => import("../confirm.ts"),
  },
  {
    name: "route",
    group: "roll out",
    operands: "<stage>",
    summary: "which version does a key get on a stage?",
    about:
      "A key is whatever is to stay with one version: a user, a session, a device. The same key always gets the same version, and changed weights move no more keys than they must. docs/rollout-routing.md has the algorithm, templates/route.py the same in Python.",
    flags: [
      { flags: "--key <key>", text: "the key (repeatable)", repeat: true },
      { flags: "--keys <->", text: "keys from standard input, one a line" },
      MODEL,
    ],
    examples: ["mv route production --key user-4711", "mv route churn@production --keys - < users.txt"],
    load: () => import("../route.ts"),
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
