// Approvals and confirmations: the annotated tags `approved/churn/production/1.2.0/1` (somebody agrees that a version may run
// on a stage) and `confirmed/churn/production/4` (a deploy job says that it really runs): text <-> data.
import { checkStageName } from "./assignment.ts";
import { type EventRef, type EventTag, readEvent, readEventRef } from "./event-object.ts";
import { optionalText, problem, requiredText } from "./fields.ts";
import { readModel, readOid, readVersion } from "./release-payload.ts";
import { messageOf, reasonOf } from "./tag-message.ts";
import { numberText } from "./value.ts";
import type { YamlFile } from "./yaml.ts";

/** A version on a stage, with the oid of its release tag: whoever agreed, agreed to that release. */
interface Meant {
  model: string;
  stage: string;
  version: string;
  release: string;
}

export interface Approval extends EventTag, Meant {}

export interface Confirmation extends EventTag, Meant {
  /** The assignment that it confirms; null where the version runs without one. */
  assignment: EventRef | null;
  /** Who says so, in free words: the deploy job's name or address. */
  source: string | null;
}

/** `number` counts from 1, per model, stage and version; without it what all of them begin with. */
export function formatApprovalTag({ model, stage, version }: Omit<Meant, "release">, number?: number): string {
  return `approved/${model}/${stage}/${version}/${number ?? ""}`;
}

/** `number` counts from 1, per model and stage; without it what all of them begin with. */
export function formatConfirmationTag({ model, stage }: Pick<Meant, "model" | "stage">, number?: number): string {
  return `confirmed/${model}/${stage}/${number ?? ""}`;
}

/** The message of an approval's tag. */
export function formatApprovalMessage(approval: Meant & { reason: string }): string {
  const { model, version, release, stage, reason } = approval;
  const payload = { mversion: numberText("1"), event: "approve", model, version, release, stage };
  return messageOf(approvalSubject(approval), reason, payload);
}

/** The message of a confirmation's tag; the reason may be empty. */
export function formatConfirmationMessage(
  confirmation: Meant & Pick<Confirmation, "assignment" | "source" | "reason">,
): string {
  const { model, version, release, stage, assignment, source, reason } = confirmation;
  return messageOf(confirmationSubject(confirmation), reason, {
    mversion: numberText("1"),
    event: "confirm",
    model,
    version,
    release,
    stage,
    assignment: assignment ? { ...assignment } : undefined,
    source: source ?? undefined,
  });
}

/** Reads an approval's raw tag object; null where it is none. Throws MvError invalid-file for one that is not well formed. */
export function parseApproval(raw: Uint8Array, oid: string): Approval | null {
  return readEvent(raw, oid, "approve", (yaml, tag, message) => {
    const meant = readMeant(yaml);
    return { ...meant, ...tag, reason: reasonOf(message, approvalSubject(meant)) };
  });
}

/** Reads a confirmation's raw tag object, as `parseApproval` does. */
export function parseConfirmation(raw: Uint8Array, oid: string): Confirmation | null {
  return readEvent(raw, oid, "confirm", (yaml, tag, message) => {
    const meant = readMeant(yaml);
    const [assignment, source] = [readEventRef(yaml, "assignment"), optionalText(yaml, ["source"])];
    return { ...meant, ...tag, assignment, source, reason: reasonOf(message, confirmationSubject(meant)) };
  });
}

function readMeant(yaml: YamlFile): Meant {
  const stage = requiredText(yaml, ["stage"]);
  const why = checkStageName(stage);
  if (why !== null) throw problem(yaml, ["stage"], why);
  return {
    model: readModel(yaml),
    stage,
    version: readVersion(yaml, ["version"]),
    release: readOid(yaml, ["release"]),
  };
}

function approvalSubject({ model, version, stage }: Omit<Meant, "release">): string {
  return `${model} ${version} approved for ${stage}`;
}

function confirmationSubject({ model, version, stage }: Omit<Meant, "release">): string {
  return `${model} ${version} runs on ${stage}`;
}
