// Which versions get which share of a stage, from what was typed and what runs now.
import { MvError } from "../../errors.ts";
import type { Share } from "../../model/events.ts";
import type { Release } from "../../model/release.ts";
import { readSplit, withWeight } from "../../model/rollout.ts";
import type { Project } from "../project.ts";
import type { Standing, StageName } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import { findVersion } from "../versions.ts";
import type { PromoteInput } from "../promote.ts";
import { againCommand } from "./again.ts";

/** What shall run. */
export interface Wanted {
  rollout: Share[];
  baseline: string;
  /** The releases of the rollout, in its order. */
  releases: Release[];
}

/**
 * The rollout that is asked for: a version alone, with a weight, or a whole split, of which the first is the baseline. Fails with
 * usage, unknown-version, retracted, no-earlier, split.
 */
export async function wantedShares(
  project: Project,
  releases: Releases,
  { model, stage }: StageName,
  input: PromoteInput,
  current: Standing | null,
): Promise<Wanted> {
  const find = (word: string): Promise<Release> => usableRelease(project, releases, word, model);
  if (input.split !== undefined) return splitShares(find, input.split, input);
  const release = await find(input.version ?? "");
  const share = { version: release.version, tag: release.oid };
  if (input.weight === undefined) {
    return { rollout: [{ ...share, weight: 100 }], baseline: release.version, releases: [release] };
  }
  if (input.weight < 1 || input.weight > 99) {
    const whole = input.weight > 99;
    throw new MvError("usage", `--weight ${input.weight}: give a whole percent from 1 to 99`, {
      hint: whole
        ? `all of it: ${againCommand({ ...input, weight: undefined })}`
        : `${againCommand({ ...input, weight: 1 })}; none of it: mv rollback ${quoted(input.stage)} -m WHY`,
    });
  }
  const weighed = withWeight(current, share, input.weight);
  if ("problem" in weighed) throw noWeight(weighed.problem, release, stage, input, current);
  const others = weighed.rollout.flatMap(({ version, tag }) => {
    const found = releases.find(model, version);
    return found?.oid === tag ? [found] : [];
  });
  const retracted = others.find((other) => releases.isRetracted(other));
  if (retracted) throw retractedError(releases, retracted);
  return { ...weighed, releases: others };
}

async function splitShares(
  find: (word: string) => Promise<Release>,
  text: string,
  { version, stage }: PromoteInput,
): Promise<Wanted> {
  const shares = readSplit(text);
  const example = `mv promote ${quoted(stage)} --split v1.2.0=90,v1.3.0=10 -m WHY`;
  if (typeof shares === "string") throw new MvError("usage", `--split ${text}: ${shares}`, { hint: example });
  const found: { release: Release; weight: number }[] = [];
  for (const { word, weight } of shares) found.push({ release: await find(word), weight });
  const twice = found.find(({ release }, at) => found.findIndex((other) => other.release.oid === release.oid) < at);
  if (twice) throw new MvError("usage", `--split ${text}: ${twice.release.version} is in it twice`, { hint: example });
  const named = version === undefined ? null : await find(version);
  if (named !== null && !found.some(({ release }) => release.oid === named.oid)) {
    throw new MvError("usage", `--split ${text} has no share for ${version}`, { hint: example });
  }
  return {
    rollout: found.map(({ release, weight }) => ({ version: release.version, tag: release.oid, weight })),
    baseline: found[0]?.release.version ?? "",
    releases: found.map(({ release }) => release),
  };
}

/** A release of the model that may go on a stage. Fails with unknown-version, retracted. */
export async function usableRelease(
  project: Project,
  releases: Releases,
  word: string,
  model: string,
): Promise<Release> {
  const { release } = await findVersion(project, releases, word, model);
  if (release === null || release.model !== model) {
    const what = release === null ? "is not a release" : `is a release of ${release.model}, not of ${model}`;
    throw new MvError("unknown-version", `${word} ${what}, and stages have releases only`, {
      hint: release === null ? "mv tag VERSION -m WHY, then promote that" : "mv log",
    });
  }
  if (releases.isRetracted(release)) throw retractedError(releases, release);
  return release;
}

function retractedError(releases: Releases, release: Release): MvError {
  const event = releases.isRetracted(release);
  const why = event?.reason.split("\n")[0] ?? "";
  return new MvError("retracted", `${release.model} ${release.version} is retracted: ${why}`, {
    hint: "mv log, and promote another",
    details: { tag: event?.tag },
  });
}

function noWeight(
  problem: "nothing" | "alone" | "baseline" | "others",
  { model, version }: Release,
  stage: string,
  input: PromoteInput,
  current: Standing | null,
): MvError {
  const typed = quoted(input.stage);
  const running = (current?.rollout ?? []).map((share) => `${share.version}=${share.weight}`).join(",");
  switch (problem) {
    case "nothing":
      return new MvError(
        "no-earlier",
        `Nothing runs on ${stage} that could have the other ${100 - (input.weight ?? 0)} %`,
        {
          hint: againCommand({ ...input, weight: undefined }),
        },
      );
    case "alone":
      return new MvError(
        "split",
        `${model} ${version} has all of ${stage}: give the new version a weight, not this one`,
        {
          hint: `mv promote NEWER ${typed} --weight N -m WHY`,
        },
      );
    case "baseline":
      return new MvError(
        "split",
        `${model} ${version} is what the split of ${stage} started from: weigh the other version`,
        {
          hint: `or say it whole: mv promote ${typed} --split ${running} -m WHY`,
        },
      );
    case "others":
      return new MvError("split", `${stage} is split among others already: ${running}`, {
        hint: `say it whole: mv promote ${typed} --split ${running} -m WHY`,
      });
  }
}
