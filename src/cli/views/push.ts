import type { PushResult } from "../../operations/push.ts";
import type { Here } from "../here.ts";
import { printable } from "../terminal.ts";
import { amount } from "./fetch.ts";

export function pushView(result: PushResult, here: Here): { out: string; notes: string[] } {
  const lines = [...storeLines(result), ...gitLines(result)];
  return { out: lines.length > 0 ? lines.join("\n") : "Nothing to push", notes: notes(result, here) };
}

function storeLines(result: PushResult): string[] {
  const { remote, sent, healed, releases, dry_run } = result;
  if (remote === null) return [];
  const name = printable(remote);
  const verb = dry_run ? "Would send" : "Sent";
  const isWhole = result.elsewhere.length + result.nowhere.length === 0;
  return [
    ...(healed > 0 ? [`Healed ${healed === 1 ? "1 rotten object" : `${healed} rotten objects`} of ${name}`] : []),
    sent > 0
      ? `${verb} ${amount(sent, result.bytes)} to ${name}`
      : isWhole
        ? `${name} has everything`
        : `Nothing to send to ${name}`,
    ...releases.map(({ model, version }) => `${model} ${version} can be had from ${name}`),
    ...result.stages.map(({ model, stage, tag }) => printable(`${model}@${stage} is ${tag} on ${name}`)),
  ];
}

function gitLines({ git, dry_run }: PushResult): string[] {
  if (git === null) return [];
  // Refs of our own, such as that of LFS pointers, are no news.
  const moved = git.refs.filter(({ ref, state }) => state !== "up-to-date" && !ref.startsWith("refs/mversion/"));
  const name = printable(git.remote);
  if (moved.length === 0) return [`${name} is up to date`];
  const refs = moved.map(({ ref }) => printable(ref.replace(/^refs\/(?:heads|tags)\//, "")));
  return [`${dry_run ? "Would push" : "Pushed"} ${refs.join(", ")} to ${name}`];
}

function notes({ elsewhere, nowhere, follows, git }: PushResult, here: Here): string[] {
  const paths = (items: PushResult["nowhere"]): string =>
    [...new Set(items.map(({ path }) => here.shown(path)))].join(", ");
  return [
    ...(elsewhere.length > 0 ? [`On another remote only: ${paths(elsewhere)}. Next: mv fetch, then mv push`] : []),
    ...(nowhere.length > 0 ? [`Not here, and on no remote: ${paths(nowhere)}`] : []),
    ...(follows !== null && git !== null ? [`${printable(follows)} follows ${printable(git.remote)} from now on`] : []),
  ];
}
