import type { EvictResult } from "../../operations/evict.ts";
import { amount } from "./fetch.ts";

export function evictView({ objects, bytes, only_here: only, dry_run }: EvictResult): { out: string; notes: string[] } {
  const verb = dry_run ? "Would free" : "Freed";
  return {
    out: objects === 0 ? "Nothing to evict" : `${verb} ${amount(objects, bytes)}`,
    notes: only.objects === 0 ? [] : [`On no remote, so they stay: ${amount(only.objects, only.bytes)}`],
  };
}
