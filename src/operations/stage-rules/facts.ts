// What the repository knows of a version that is to go onto a stage, as far as the stage's rules ask for it.
import type { StageSettings } from "../../config/config.ts";
import { leavesOf } from "../../model/diff.ts";
import type { Release } from "../../model/release.ts";
import type { ApprovalFact, StageFacts } from "../../model/stage-rules.ts";
import type { Stay } from "../../model/stays.ts";
import { isMap, isNumberText } from "../../model/value.ts";
import type { Project } from "../project.ts";
import type { Registry } from "../registry.ts";
import { readReleasedRecords } from "../released-records.ts";
import { checkSignatures, type SignatureCheck } from "../trust/signature.ts";
import { readSigners } from "../trust/signers.ts";
import { rulesInForce } from "./in-force.ts";

/** Reads what `rules` need and nothing else. */
export async function readFacts(
  project: Project,
  registry: Registry,
  release: Release,
  stage: string,
  rules: StageSettings,
): Promise<StageFacts> {
  const { model, version, tag, oid } = release;
  const asked = rules.approvals > 0;
  const approvals = asked ? await approvalsOf(registry, release, stage) : [];
  const { fault, remedy } = await signatures(project, rules.signed ? [oid, ...approvals.map((item) => item.oid)] : []);
  return {
    model,
    version,
    stage,
    release: { tag, oid, fault: fault(oid), remedy },
    authors: asked ? await authorsOf(project, release) : [],
    approvals: approvals.map((item): ApprovalFact => ({
      tag: item.tag,
      by: item.tagger.email,
      fault: fault(item.oid),
    })),
    required: rules.requires === null ? [] : await staysOn(project, registry, model, rules.requires),
    metrics: Object.keys(rules.metrics).length > 0 ? await metricsOf(project, release) : new Map(),
    now: Math.floor(project.now().getTime() / 1000),
  };
}

/** Those of this very release: what was approved is its bytes, not a number. */
async function approvalsOf(registry: Registry, { model, version, oid }: Release, stage: string) {
  const { events } = await registry.approvals(model, stage, version);
  return events.filter((event) => event.release === oid);
}

/**
 * E-mail addresses of those who made a version: who released it, and the author of its commit, as a release by CI has a machine
 * for its tagger.
 */
export async function authorsOf({ git }: Project, release: Release): Promise<string[]> {
  const commit = (await git.readObjects([release.commit])).get(release.commit);
  const author = /^author .*<([^<>\n]*)> \d+ [-+]\d{4}$/m.exec(commit?.bytes.toString("utf8").split("\n\n")[0] ?? "");
  return [release.tagger.email, ...(author?.[1] === undefined ? [] : [author[1]])];
}

interface Signatures {
  /** Null where the tag's signature is good, or was not asked for. */
  fault(oid: string): string | null;
  /** What would make the release's good. */
  remedy: string;
}

async function signatures(project: Project, oids: readonly string[]): Promise<Signatures> {
  const checks = oids.length > 0 ? await checkedSignatures(project, oids) : null;
  const release = checks?.get(oids[0] ?? "");
  const remedy =
    release?.state === "unknown-signer"
      ? "git config mversion.allowedSigners COMMIT:PATH, or a file outside the repository"
      : "mv tag --sign for the next version; a release stays as it is";
  return { fault: (oid) => (checks === null ? null : faultOf(checks.get(oid))), remedy };
}

async function checkedSignatures(project: Project, oids: readonly string[]): Promise<Map<string, SignatureCheck>> {
  return checkSignatures(project, oids, await readSigners(project));
}

function faultOf(check: SignatureCheck | undefined): string | null {
  return check?.state === "good" ? null : (check?.why ?? "it cannot be read");
}

/** The assignments of a stage in order, those that count there: where the stage is signed, the signed ones. */
async function staysOn(project: Project, registry: Registry, model: string, stage: string): Promise<Stay[]> {
  const history = (await registry.history(model, stage)).toReversed();
  const isSigned = (await rulesInForce(project, stage)).some(({ rules }) => rules.signed);
  const { fault } = await signatures(project, isSigned ? history.map(({ oid }) => oid) : []);
  return history.flatMap(({ oid, rollout, tagger }) =>
    // Without a tagger nobody says when it was.
    tagger === null || fault(oid) !== null ? [] : [{ releases: rollout.map(({ tag }) => tag), date: tagger.date }],
  );
}

/** Numbers of the sealed record; none where it cannot be read. */
async function metricsOf(project: Project, release: Release): Promise<Map<string, number>> {
  const record = (await readReleasedRecords(project, [release])).get(release.oid);
  const metrics = record?.fields["metrics"];
  const leaves = isMap(metrics) ? [...leavesOf(metrics).values()] : [];
  return new Map(leaves.flatMap(({ key, value }) => (isNumberText(value) ? [[key, value.value] as const] : [])));
}
