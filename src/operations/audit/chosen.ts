// Which releases are audited: one, what stands on a stage, the newest of each model, or all.
import { MvError } from "../../errors.ts";
import type { Release } from "../../model/release.ts";
import { isPrerelease } from "../../model/version.ts";
import type { Project } from "../project.ts";
import type { Registry } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { readStageWord, requireKnown } from "../stage.ts";
import { findVersion, modelNames, oneModel } from "../versions.ts";

export interface Choice {
  /** Default: the newest release of each model. */
  version?: string | undefined;
  model?: string | undefined;
  /** What stands on this stage now. */
  stage?: string | undefined;
  /** Every release. */
  all?: boolean | undefined;
}

/** At least one. Fails with unknown-version, unknown-stage, model-needed, nothing-found or usage. */
export async function chosenReleases(
  project: Project,
  releases: Releases,
  registry: Registry,
  { version, model, stage, all }: Choice,
): Promise<readonly Release[]> {
  if ([version, stage, all === true ? "" : undefined].filter((given) => given !== undefined).length > 1) {
    throw new MvError("usage", "Give a version, --stage or --all", { hint: "mv audit v1.0.0" });
  }
  if (version !== undefined) {
    const { release, name } = await findVersion(project, releases, version, model);
    if (release) return [release];
    throw new MvError("unknown-version", `${name} is not a release: only a tag says what belongs to it`, {
      hint: "mv log",
    });
  }
  if (stage !== undefined) return standing(project, releases, registry, stage, model);
  const names = model === undefined ? modelNames(project) : [oneModel(project, model)];
  const found = names.flatMap((name) => (all ? releases.of(name) : newest(releases, name)));
  if (found.length > 0) return found;
  throw new MvError(
    "nothing-found",
    `${names.join(" and ") || "No model"} ${names.length > 1 ? "have" : "has"} no release yet`,
    {
      hint: "mv tag v1.0.0 -m WHY",
    },
  );
}

async function standing(
  project: Project,
  releases: Releases,
  registry: Registry,
  word: string,
  model: string | undefined,
): Promise<readonly Release[]> {
  const name = readStageWord(project, word, model);
  requireKnown(project, registry, name);
  const rollout = (await registry.latest(name.model, name.stage))?.rollout ?? [];
  const found = rollout.flatMap((share) => releases.find(name.model, share.version) ?? []);
  if (found.length > 0) return found;
  throw new MvError("nothing-found", `Nothing stands on ${name.stage}`, {
    hint: `mv promote VERSION ${word} -m WHY`,
  });
}

/** The highest final number that is not retracted, or where there is none, the highest. */
function newest(releases: Releases, model: string): Release[] {
  const own = releases.of(model);
  const usable = own.filter((release) => !releases.isRetracted(release));
  const found = usable.findLast(({ version }) => !isPrerelease(version)) ?? usable.at(-1) ?? own.at(-1);
  return found ? [found] : [];
}
