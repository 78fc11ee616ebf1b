// What stands on a stage now, for commands that need something to stand there.
import { MvError } from "../../errors.ts";
import type { Project } from "../project.ts";
import type { Registry, StageName, Standing } from "../registry.ts";
import { requireKnown, stageWord } from "../stage.ts";
import { quoted } from "../targets.ts";

/**
 * The stage's newest assignment. Fails with unknown-stage, unknown-version where nothing is there, incomplete where the tag is a
 * plain one here, which says neither who nor in which shares.
 */
export async function currentStanding(project: Project, registry: Registry, name: StageName): Promise<Standing> {
  requireKnown(project, registry, name);
  const { model, stage } = name;
  const standing = await registry.latest(model, stage);
  if (standing === null || standing.rollout.length === 0) {
    throw new MvError("unknown-version", `Nothing is on ${model}@${stage}`, {
      hint: `mv promote VERSION ${quoted(stageWord(project, name))} -m WHY`,
    });
  }
  if (standing.by === "plain") {
    throw new MvError(
      "incomplete",
      `${standing.tag} is a plain tag here: what it says of ${stage} was lost on the way`,
      {
        hint: `git fetch --force origin 'refs/tags/${model}#${stage}#*:refs/tags/${model}#${stage}#*'`,
        details: { tag: standing.tag },
      },
    );
  }
  return standing;
}
