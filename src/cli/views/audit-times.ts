// Times in an audit, as people read them.
import { momentIn } from "../../model/day.ts";
import type { AuditedModel } from "../../operations/audit.ts";

type Standing = AuditedModel["stages"][number]["assignments"][number];

/** "2026-02-21 10:00 UTC" of ISO 8601 in UTC. */
export function auditTime(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

/** By the tagger's clock, in the tagger's zone. */
export function standingTime({ tagger }: Standing): string {
  return tagger === null ? "unknown" : momentIn(tagger.zone, tagger.date);
}
