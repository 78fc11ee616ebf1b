// Whether the releases that other tags name, each by the id of its tag object, are still where they were. A release names its
// predecessor and the one it seals; an event the release that it is about.
import { parseTagObject, type Release } from "../../model/release.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import { quoted } from "../targets.ts";
import type { Events } from "./events.ts";
import type { Problem } from "./problem.ts";

/** One tag naming a release, as it was when that tag was made. */
interface Naming {
  /** Who names it: "churn 1.1.0", "churn#production#7". */
  what: string;
  tag: string;
  model: string;
  version: string;
  oid: string;
  verb: "sealed" | "named";
}

/** One problem for each named tag that was moved, replaced or removed. */
export async function checkSeals(
  project: Project,
  releases: Releases,
  chosen: readonly Release[],
  events: Events,
): Promise<Problem[]> {
  const current = new Map(releases.all.map((release) => [release.oid, release]));
  const named = [...chosen.flatMap(namedByRelease), ...newestOnly(namedByEvents(events))];
  const lost = named.filter(({ oid }) => !current.has(oid));
  const objects = await project.git.readObjects(lost.map(({ oid }) => oid));
  const problems: Problem[] = [];
  for (const { what, tag, model, version, oid, verb } of named) {
    const target = current.get(oid);
    const complain = (message: string, hint: string): void => {
      problems.push({ code: "seal-broken", what, tag, message, hint });
    };
    const name = `${model} ${version}`;
    if (target) {
      if (target.model !== model || target.version !== version)
        complain(`names ${oid.slice(0, 7)} as ${name}; that tag is ${target.model} ${target.version}`, "mv log");
      continue;
    }
    const now = releases.find(model, version);
    const object = objects.get(oid);
    const reading = object?.type === "tag" ? parseTagObject(object.bytes, oid) : null;
    const old = reading?.kind === "release" ? reading.release.tag : null;
    const inPlace = now?.oid ?? (old === null ? null : await project.git.readRef(`refs/tags/${old}`));
    complain(
      inPlace === null
        ? `${verb} ${name} as tag object ${oid.slice(0, 7)}; that tag is gone`
        : `${verb} ${name} as tag object ${oid.slice(0, 7)}; ${now?.tag ?? old} was moved and is ${inPlace.slice(0, 7)} now`,
      putBack(old, oid, { over: inPlace !== null, isFinal: now !== undefined }),
    );
  }
  return problems;
}

/** The command that puts a tag back, from the tag object where it is still here. `isFinal`: the hooks know the one in its place. */
export function putBack(
  tag: string | null,
  oid: string,
  { over, isFinal }: { over: boolean; isFinal: boolean },
): string {
  if (tag === null) return "git fetch --tags";
  const name = quoted(tag);
  return `git ${isFinal ? `-c mversion.unlock=${name} ` : ""}tag ${over ? "-f " : ""}${name} ${oid}`;
}

// The predecessor and the sealed release are mostly the same one.
function namedByRelease({ model, version, tag, previous, seal }: Release): Naming[] {
  const isOne = previous?.tag === seal?.tag && previous?.version === seal?.version;
  return (isOne ? [seal] : [seal, previous]).flatMap((ref) =>
    ref === null
      ? []
      : [{ what: `${model} ${version}`, tag, model, version: ref.version, oid: ref.tag, verb: "sealed" as const }],
  );
}

function namedByEvents({ assignments, approvals, confirmations, retractions }: Events): Naming[] {
  const events = [...approvals, ...confirmations, ...retractions].map((event) => ({ ...event, oid: event.release }));
  const shares = assignments.flatMap(({ tag, model, rollout }) =>
    rollout.map(({ version, tag: oid }) => ({ tag, model, version, oid })),
  );
  return [...events, ...shares].map(({ tag, model, version, oid }) => ({
    what: tag,
    tag,
    model,
    version,
    oid,
    verb: "named",
  }));
}

/** A release that ran for years is named by many events: one of them is enough. */
function newestOnly(named: readonly Naming[]): Naming[] {
  return [...new Map(named.map((naming) => [`${naming.model} ${naming.version} ${naming.oid}`, naming])).values()];
}
