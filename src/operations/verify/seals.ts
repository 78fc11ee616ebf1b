// Whether the tags that a release names (its predecessor, and the release it seals) are still where they were.
import { parseTagObject, type Release } from "../../model/release.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Problem } from "./problem.ts";

/** One problem for each named tag that was moved, replaced or removed. */
export async function checkSeals(project: Project, releases: Releases, chosen: readonly Release[]): Promise<Problem[]> {
  const current = new Map(releases.all.map((release) => [release.oid, release]));
  const named = chosen.flatMap((release) => namedBy(release).map((ref) => ({ release, ref })));
  const lost = named.filter(({ ref }) => !current.has(ref.tag));
  const objects = await project.git.readObjects(lost.map(({ ref }) => ref.tag));
  const problems: Problem[] = [];
  for (const { release, ref } of named) {
    const target = current.get(ref.tag);
    const complain = (message: string, hint: string): void => {
      problems.push({
        code: "seal-broken",
        what: `${release.model} ${release.version}`,
        tag: release.tag,
        message,
        hint,
      });
    };
    const name = `${release.model} ${ref.version}`;
    if (target) {
      if (target.model !== release.model || target.version !== ref.version)
        complain(`names ${ref.tag.slice(0, 7)} as ${name}; that tag is ${target.model} ${target.version}`, "mv log");
      continue;
    }
    const now = releases.find(release.model, ref.version);
    const object = objects.get(ref.tag);
    const reading = object?.type === "tag" ? parseTagObject(object.bytes, ref.tag) : null;
    const old = reading?.kind === "release" ? reading.release.tag : null;
    const inPlace = now?.oid ?? (old === null ? null : await project.git.readRef(`refs/tags/${old}`));
    complain(
      inPlace === null
        ? `sealed ${name} as tag object ${ref.tag.slice(0, 7)}; that tag is gone`
        : `sealed ${name} as tag object ${ref.tag.slice(0, 7)}; ${now?.tag ?? old} was moved and is ${inPlace.slice(0, 7)} now`,
      back(old, ref.tag, { over: inPlace !== null, isRelease: now !== undefined }),
    );
  }
  return problems;
}

// The command that puts a tag back, from the tag object where it is still here.
function back(tag: string | null, oid: string, { over, isRelease }: { over: boolean; isRelease: boolean }): string {
  if (tag === null) return "git fetch --tags";
  return `git ${isRelease ? `-c mversion.unlock=${tag} ` : ""}tag ${over ? "-f " : ""}${tag} ${oid}`;
}

// The predecessor and the sealed release are mostly the same one.
function namedBy(release: Release): { version: string; tag: string }[] {
  const { previous, seal } = release;
  if (!previous || !seal) return [previous ?? seal].filter((ref) => ref !== null);
  return previous.tag === seal.tag && previous.version === seal.version ? [seal] : [seal, previous];
}
