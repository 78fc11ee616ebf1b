// Whether versions may share a stage: they answer the same requests, so they take the same inputs.
import { isMvError, MvError } from "../../errors.ts";
import { asTexts } from "../../model/fields.ts";
import { parseRecord } from "../../model/record.ts";
import type { Release } from "../../model/release.ts";
import { isMap, type Value } from "../../model/value.ts";
import type { Project } from "../project.ts";

/** Fails with split where two of the releases have feature sets or inputs that are known and differ. */
export async function requireSameInputs(project: Project, releases: readonly Release[]): Promise<void> {
  const [first, ...others] = releases;
  if (first === undefined || others.length === 0) return;
  const known = releases.filter(({ feature_set_version }) => feature_set_version !== null);
  for (const release of known.slice(1)) {
    const [a, b] = [known[0]?.feature_set_version, release.feature_set_version];
    if (a !== b) throw differ(known[0] ?? first, release, `their feature sets are ${a} and ${b}`);
  }
  const inputs = (await Promise.all(releases.map((release) => inputsOf(project, release)))).map((list, at) => ({
    release: releases[at] ?? first,
    list,
  }));
  const [one, ...more] = inputs.filter(({ list }) => list !== null);
  const other = more.find(({ list }) => list !== one?.list);
  if (one && other) throw differ(one.release, other.release, "their input signatures differ");
}

/** The inputs of a release's signature, name by name, as a text to compare; null where its record says nothing of them. */
async function inputsOf(project: Project, release: Release): Promise<string | null> {
  const [blob] = await project.git.readPaths([{ rev: release.commit, path: release.record.path }]);
  if (!blob) return null;
  try {
    const signature = parseRecord(blob.toString("utf8"), release.record.path).fields["signature"];
    const list = isMap(signature) && Object.hasOwn(signature, "inputs") ? signature["inputs"] : undefined;
    return Array.isArray(list) ? JSON.stringify((list as readonly Value[]).map(shown)) : null;
  } catch (error) {
    // A record that cannot be read says nothing; mv verify says so.
    if (isMvError(error)) return null;
    throw error;
  }
}

function shown(input: Value): unknown {
  if (!isMap(input)) return asTexts(input);
  return ["name", "type", "shape"].map((key) => (Object.hasOwn(input, key) ? asTexts(input[key] ?? null) : null));
}

function differ(a: Release, b: Release, why: string): MvError {
  return new MvError("split", `${a.model} ${a.version} and ${b.version} cannot share a stage: ${why}`, {
    hint: `mv diff ${a.tag} ${b.tag}`,
    details: { versions: [a.version, b.version] },
  });
}
