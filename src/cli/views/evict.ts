import type { EvictResult } from "../../operations/evict.ts";
import { amount } from "./fetch.ts";

export function evictView(result: EvictResult): { out: string; notes: string[] } {
  const { objects, bytes, only_here: only, unpublished, dry_run } = result;
  const verb = dry_run ? "Would free" : "Freed";
  const notes: string[] = [];
  if (only.objects > 0) notes.push(`On no remote, so they stay: ${amount(only.objects, only.bytes)}`);
  if (unpublished.objects > 0) {
    const what = amount(unpublished.objects, unpublished.bytes);
    notes.push(`On a remote, but named by nothing that is pushed to Git, so they stay: ${what}. Next: mv push`);
  }
  return {
    out: objects === 0 ? "Nothing to evict" : `${verb} ${amount(objects, bytes)}`,
    notes,
  };
}
