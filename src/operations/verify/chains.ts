// Whether the assignments of each stage are the ones that were made, in the order they were made: each seals the one before.
import type { Assignment, EventRef } from "../../model/events.ts";
import type { Project } from "../project.ts";
import { readRegistry } from "../registry.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import type { Events } from "./events.ts";
import type { Problem } from "./problem.ts";
import { putBack } from "./seals.ts";

/**
 * A problem for each assignment that another names and that was moved or removed, and for each that was put in afterwards: the
 * next one would have sealed it. Chains of other tools' tags have no seals; ours seal those, too.
 */
export async function checkChains(project: Project, releases: Releases, events: Events): Promise<Problem[]> {
  const now = new Map(releases.tags.map((tag) => [tag.name, tag]));
  const problems: Problem[] = [];
  const lost = new Set<string>();

  async function requireInPlace(by: string, { assignment, tag: oid }: EventRef, verb: string): Promise<void> {
    const inPlace = now.get(assignment);
    if (inPlace?.oid === oid || lost.has(`${assignment} ${oid}`)) return;
    lost.add(`${assignment} ${oid}`);
    const isHere = (await project.git.sizes([oid])).has(oid);
    const was = `${verb} ${assignment} as tag object ${oid.slice(0, 7)}`;
    const how =
      inPlace === undefined
        ? "that tag is gone"
        : inPlace.type === "tag"
          ? `it was moved and is ${inPlace.oid.slice(0, 7)} now`
          : "it is a plain tag here, as older checkout actions leave it, and says nothing";
    const refs = quoted(`refs/tags/${assignment}:refs/tags/${assignment}`);
    const fetch = inPlace === undefined ? "git fetch --tags" : `git fetch --force origin ${refs}`;
    problems.push({
      code: "seal-broken",
      what: by,
      tag: by,
      message: `${was}; ${how}`,
      hint: isHere ? putBack(assignment, oid, { over: inPlace !== undefined, isFinal: true }) : fetch,
    });
  }

  for (const event of events.assignments) {
    if (event.seal) await requireInPlace(event.tag, event.seal, "sealed");
    if (event.returns) await requireInPlace(event.tag, event.returns, "named");
  }
  for (const { tag, assignment } of events.confirmations) {
    if (assignment) await requireInPlace(tag, assignment, "confirmed");
  }
  return [...problems, ...putInAfterwards(project, releases, events.assignments)];
}

/** By the order of the numbers, each assignment seals the one below it that was there when it was made. */
function putInAfterwards(project: Project, releases: Releases, assignments: readonly Assignment[]): Problem[] {
  const numbered = readRegistry(project, releases).tags.filter(({ kind, number }) => kind === "assign" && number > 0);
  const before = new Map<string, { tag: string; number: number }>();
  const top = new Map<string, { tag: string; number: number }>();
  for (const { model, stage, tag, number } of numbered.toSorted((a, b) => a.number - b.number)) {
    const below = top.get(`${model}#${stage}`);
    if (below) before.set(tag, below);
    top.set(`${model}#${stage}`, { tag, number });
  }
  return assignments.flatMap(({ tag, seal }): Problem[] => {
    const below = before.get(tag);
    if (below === undefined || below.tag === seal?.assignment) return [];
    // What the seal names stands above it: then that tag is missing, which is said already.
    if (seal && Number(seal.assignment.slice(seal.assignment.lastIndexOf("#") + 1)) > below.number) return [];
    return [
      {
        code: "seal-broken",
        what: below.tag,
        tag: below.tag,
        message: `was put in after ${tag}, which seals ${seal?.assignment ?? "no other"} as the one before it`,
        hint: `git show ${quoted(below.tag)}`,
      },
    ];
  });
}
