// The rules of a stage, asked before a version goes there. A rollback asks none: at night what ran before has to come back.
import { MvError } from "../errors.ts";
import type { Release } from "../model/release.ts";
import { type UnmetRule, unmetRules } from "../model/stage-rules.ts";
import { CONFIG_FILE, type Project } from "./project.ts";
import type { Registry } from "./registry.ts";
import { readFacts } from "./stage-rules/facts.ts";
import { rulesInForce } from "./stage-rules/in-force.ts";

/** Rules that other people's events satisfy. */
const OF_OTHERS: ReadonlySet<UnmetRule["rule"]> = new Set(["approvals", "requires"]);
const FETCH = "Or see what others did meanwhile: git fetch --tags";

/** The rules in force that a release does not satisfy, each once. */
export async function unmetStageRules(
  project: Project,
  registry: Registry,
  release: Release,
  stage: string,
): Promise<UnmetRule[]> {
  const unmet: UnmetRule[] = [];
  for (const { rules, file } of await rulesInForce(project, stage)) {
    const facts = await readFacts(project, registry, release, stage, rules);
    for (const rule of unmetRules(rules, facts, file)) {
      if (!unmet.some(({ what }) => what === rule.what)) unmet.push(rule);
    }
  }
  return unmet;
}

/** Fails with stage-rule, which names every rule that a release does not meet, where it is set, and what would satisfy it. */
export async function requireStageRules(
  project: Project,
  registry: Registry,
  stage: string,
  releases: readonly Release[],
): Promise<void> {
  const unmet: UnmetRule[] = [];
  for (const release of releases) unmet.push(...(await unmetStageRules(project, registry, release, stage)));
  if (unmet.length === 0) return;
  // What others approved or promoted may not be here yet.
  const mayBeElsewhere = unmet.some(({ rule }) => OF_OTHERS.has(rule)) && (await project.git.remotes()).length > 0;
  const hints = [...unmet.map(({ next }) => next), ...(mayBeElsewhere ? [FETCH] : [])];
  throw new MvError("stage-rule", unmet.map(({ what, set }) => `${what} (${set})`).join("\n"), {
    hint: [...new Set(hints)].join("\n"),
    details: { stage, rules: unmet },
  });
}

/** What the rules in force ask of those who act on a stage: the strictest of them. */
export interface StrictestRules {
  approvals: number;
  /** Where that number is set: ".mversion.yaml of origin/main stages.production.approvals". */
  approvalsSet: string;
  signed: boolean;
}

/** Reads them. Throws invalid-file. */
export async function readStageRules(project: Project, stage: string): Promise<StrictestRules> {
  const all = await rulesInForce(project, stage);
  const approvals = Math.max(0, ...all.map(({ rules }) => rules.approvals));
  const file = all.find(({ rules }) => rules.approvals === approvals)?.file ?? CONFIG_FILE;
  return {
    approvals,
    approvalsSet: `${file} stages.${stage}.approvals`,
    signed: all.some(({ rules }) => rules.signed),
  };
}
