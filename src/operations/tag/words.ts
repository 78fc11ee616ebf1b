// Which models and versions a `mv tag` names; without words, what the records declare.
import { MvError } from "../../errors.ts";
import { formatTag, isDraft, parseVersion } from "../../model/version.ts";
import type { Project } from "../project.ts";
import type { Releases } from "../releases.ts";
import type { Snapshot } from "../snapshot.ts";
import { modelNames, oneModel, readVersionWord } from "../versions.ts";
import type { TagInput } from "../tag.ts";
import { tagAgain } from "./again.ts";
import { freeVersion, takenError } from "./free.ts";

export interface Wanted {
  model: string;
  version: string;
}

/** Fails with bad-version, unknown-model, model-needed, usage; without words also with draft-declared and version-exists. */
export async function wantedVersions(
  project: Project,
  snapshot: Snapshot,
  releases: Releases,
  input: TagInput,
): Promise<Wanted[]> {
  if (input.versions.length === 0) return declared(project, snapshot, releases, input);
  const wanted = input.versions.map((word) => named(project, word, input));
  for (const [at, { model }] of wanted.entries()) {
    if (wanted.findIndex((other) => other.model === model) === at) continue;
    throw new MvError("usage", `${model} is named twice: ${input.versions.join(" ")}`, {
      hint: tagAgain(input, input.versions.slice(0, 1)),
    });
  }
  return wanted;
}

function named(project: Project, word: string, input: TagInput): Wanted {
  const model = input.model === undefined ? undefined : oneModel(project, input.model);
  const found = readVersionWord(project, word, model);
  if (found) return found;
  const at = word.lastIndexOf("@");
  if (at > 0 && parseVersion(word.slice(at + 1)) !== null) oneModel(project, word.slice(0, at));
  throw new MvError(
    "bad-version",
    `${word} is not a version: three numbers as in v1.2.0, -rc.1 or +build where wanted`,
    {
      hint: tagAgain(input, [completed(word)]),
    },
  );
}

/** "v1.2" and "1" as the versions that they begin. */
function completed(word: string): string {
  const [, prefix = "", numbers] = /^(.*@v?|v?)(\d+(?:\.\d+)?)$/.exec(word) ?? [];
  if (numbers === undefined) return "v1.2.0";
  const full = numbers.includes(".") ? `${numbers}.0` : `${numbers}.0.0`;
  return parseVersion(full) === full ? `${prefix}${full}` : "v1.2.0";
}

async function declared(project: Project, snapshot: Snapshot, releases: Releases, input: TagInput): Promise<Wanted[]> {
  const names = input.model === undefined ? modelNames(project) : [oneModel(project, input.model)];
  const candidates = names.flatMap((model) => {
    const version = snapshot.records.get(model)?.record.version;
    return version === undefined ? [] : [{ model, version }];
  });
  const open = candidates.filter((item) => !releases.find(item.model, item.version) && !isDraft(item.version));
  if (open.length > 0) return open;
  const draft = candidates.find((item) => isDraft(item.version));
  if (draft) {
    const { model, version } = draft;
    throw new MvError(
      "draft-declared",
      `The record declares the draft ${model} ${version}, which is no release's number`,
      {
        hint: tagAgain(input, await freeVersion(project, snapshot, releases, model)),
        details: { model, version },
      },
    );
  }
  const [done] = candidates;
  if (!done)
    throw new MvError("nothing-to-release", "No model has a record yet: nothing was added", { hint: "mv add FILE" });
  const tag = formatTag(project.settings.models[done.model]?.tag ?? "v{version}", done.model, done.version);
  throw takenError(done, tag, tagAgain(input, await freeVersion(project, snapshot, releases, done.model)));
}
