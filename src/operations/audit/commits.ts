// The commits that releases name: the one that was released, and the one that the record says it was trained at.
import { oneText } from "../../model/card.ts";
import type { ModelRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { isMap } from "../../model/value.ts";
import type { Project } from "../project.ts";
import type { ModelFacts, Person, VersionFacts } from "./facts.ts";

type Training = NonNullable<VersionFacts["trained"]>;

/** By the oid of the release's tag; left out where the record says nothing. A short id is made a full one. */
export async function readTrainings(
  project: Project,
  chosen: readonly Release[],
  models: ReadonlyMap<string, ModelFacts>,
): Promise<Map<string, Training>> {
  const found = new Map<string, Training>();
  for (const { model, oid } of chosen) {
    const said = saidCommit(models.get(model)?.records.get(oid) ?? null);
    if (said === null) continue;
    // What a record says is anybody's text: only an id is looked up.
    const commit = /^[0-9a-f]{7,64}$/.test(said) ? await project.git.resolveCommit(said) : null;
    found.set(oid, { commit: commit ?? said, isHere: commit !== null });
  }
  return found;
}

function saidCommit(record: ModelRecord | null): string | null {
  const trained = record?.fields["trained"];
  return isMap(trained) ? oneText(trained["commit"]) : null;
}

/** The authors of the commits that are here, by oid. */
export async function readAuthors(project: Project, commits: readonly string[]): Promise<Map<string, Person>> {
  const oids = [...new Set(commits)].filter((oid) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid));
  const objects = await project.git.readObjects(oids);
  return new Map(
    [...objects].flatMap(([oid, { type, bytes }]) => {
      const [, name = "", email = ""] = /^author (.*) <(.*)> \d+ [-+]\d{4}$/m.exec(bytes.toString("utf8")) ?? [];
      return type === "commit" ? [[oid, { name, email }] as const] : [];
    }),
  );
}
